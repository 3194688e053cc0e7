package io.thousandisland.transport.tcp;

import io.thousandisland.transport.ThreadLender;
import java.io.Closeable;

/**
 * A channel as its poller sees it.
 *
 * <p>Thread: the poller, which also closes it when the poller itself ends.
 */
interface Polled extends Closeable {

  /**
   * The selector has reported the channel.
   *
   * @param ops the operations it is ready for, of those that interest is on for
   * @param poller lends the calling thread
   */
  void ready(int ops, ThreadLender poller);
}
