// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.supervision;

import java.util.concurrent.locks.LockSupport;

/** The clock and the waiting of a {@link Root}; tests have their own. */
interface Time {

  Time SYSTEM =
      new Time() {
        @Override
        public long nanoTime() {
          return System.nanoTime();
        }

        @Override
        public void park(Object blocker, long nanos) {
          LockSupport.parkNanos(blocker, nanos);
        }
      };

  /** As {@link System#nanoTime}. */
  long nanoTime();

  /**
   * As {@link LockSupport#parkNanos(Object, long)}: returns after {@code nanos}, or when unparked,
   * or for no reason.
   */
  void park(Object blocker, long nanos);
}
