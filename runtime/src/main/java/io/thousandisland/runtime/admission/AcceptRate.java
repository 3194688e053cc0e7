// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.admission;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The rate at which a server accepts connections: so many in a second in the long run, and so many
 * at once after a quiet time.
 *
 * <p>It is the generic cell rate algorithm (ITU-T I.371), which does the same as a token bucket
 * with one number: the time at which the next connection is due if all come evenly. A connection
 * may come earlier than that by the time of the burst.
 *
 * <p>Thread: any. All acceptors of a server share it, so the rate is exact.
 */
final class AcceptRate {

  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

  /** When the next connection is due, in the sweeper's time. */
  private final AtomicLong due = new AtomicLong(Long.MIN_VALUE / 2);

  /**
   * Takes one connection off the rate.
   *
   * @param now in the sweeper's time
   * @param perSecond 1 or more
   * @param burst 1 or more
   * @return 0 when it was taken; else how many nanoseconds later one may be taken
   */
  long tryTake(long now, int perSecond, int burst) {
    long interval = SECOND / perSecond;
    long tolerance = interval * (burst - 1);
    for (; ; ) {
      long before = due.get();
      long wait = before - tolerance - now;
      if (wait > 0) {
        return wait;
      }
      if (due.compareAndSet(before, Math.max(before, now) + interval)) {
        return 0;
      }
    }
  }

  /** Gives back what was taken for a connection that did not come, or was refused. */
  void giveBack(int perSecond) {
    due.addAndGet(-(SECOND / perSecond));
  }

  /** Forgets the past: the rate has changed. */
  void reset() {
    due.set(Long.MIN_VALUE / 2);
  }
}
