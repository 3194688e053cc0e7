// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.transport.tcp;

import io.thousandisland.transport.ThreadLender;
import java.io.Closeable;
import org.jspecify.annotations.Nullable;

/**
 * A channel as its poller sees it.
 *
 * <p>Thread: the poller, which also closes the channel when the poller itself ends.
 */
interface Polled extends Closeable, Poller.Turn {

  /**
   * The selector has reported the channel.
   *
   * @param ops the operations that the channel is ready for, among the operations with interest on
   * @param poller lends the calling thread; null when that thread cannot be lent
   */
  void ready(int ops, @Nullable ThreadLender poller);

  @Override
  default void turn(ThreadLender lender) {}

  /** Whether a lent thread would be used. */
  default boolean takesThread() {
    return true; // so it is at a poller that nothing keeps from telling
  }
}
