// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.admission;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * The number of counted connections of one acceptor.
 *
 * <p>Thread: any.
 */
public final class AcceptorPlaces {

  private final AtomicInteger used = new AtomicInteger();
  private final Runnable freed;

  /**
   * @param freed run after a place has become free; must not block
   */
  public AcceptorPlaces(Runnable freed) {
    this.freed = freed;
  }

  void take() {
    used.incrementAndGet();
  }

  void free() {
    used.decrementAndGet();
    freed.run();
  }

  /** Whether {@code most} places are in use; never when {@code most} is 0. */
  public boolean areFull(int most) {
    return most > 0 && used.get() >= most;
  }
}
