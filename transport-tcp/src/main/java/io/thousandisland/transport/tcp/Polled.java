package io.thousandisland.transport.tcp;

import io.thousandisland.transport.ThreadLender;
import java.io.Closeable;
import org.jspecify.annotations.Nullable;

/**
 * A channel as its poller sees it.
 *
 * <p>Thread: the poller, which also closes it when the poller itself ends.
 */
interface Polled extends Closeable, Poller.Turn {

  /**
   * The selector has reported the channel.
   *
   * @param ops the operations it is ready for, of those that interest is on for
   * @param poller lends the calling thread; null when it is not to be had
   */
  void ready(int ops, @Nullable ThreadLender poller);

  @Override
  default void turn(ThreadLender lender) {}

  /** Whether a lent thread would be used. */
  default boolean takesThread() {
    return true; // at pollers that nothing keeps from telling
  }
}
