// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.transport.tcp;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * The budget of threads that may be away: lent by a poller to callbacks that wait, or work for
 * long. A leading thread holds one place, for the thread that it would have to start; without a
 * place it is not lent. So peers and handlers cannot make more threads than there are places.
 *
 * <p>Thread: any.
 */
final class Standby {

  private final AtomicInteger free;

  Standby(int places) {
    free = new AtomicInteger(places);
  }

  /** As many places as the machine has memory for: where threads are virtual. */
  static Standby unlimited() {
    return new Standby(Integer.MAX_VALUE);
  }

  /** Takes a place if one is free. */
  boolean take() {
    for (int now = free.get(); now > 0; now = free.get()) {
      if (free.compareAndSet(now, now - 1)) {
        return true;
      }
    }
    return false;
  }

  /** Gives a place back. */
  void give() {
    free.incrementAndGet();
  }

  int free() {
    return free.get();
  }
}
