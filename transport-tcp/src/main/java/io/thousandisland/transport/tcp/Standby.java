package io.thousandisland.transport.tcp;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * The budget of threads that may be away: that wait, or work for long, for whom a poller has lent
 * them to. A poller that leads holds one place, for the thread that it would have to start; without
 * a place it lends nothing. So peers and handlers cannot make more threads than there are places.
 *
 * <p>Thread: any.
 */
final class Standby {

  private final AtomicInteger free;

  Standby(int places) {
    free = new AtomicInteger(places);
  }

  /** As many as the machine has memory for: where threads are virtual. */
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
