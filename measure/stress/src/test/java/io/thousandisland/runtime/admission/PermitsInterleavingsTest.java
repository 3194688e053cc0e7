// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.admission;

import io.thousandisland.runtime.server.Checks;
import io.thousandisland.runtime.signals.DeadlineSweeper;
import io.thousandisland.runtime.signals.Signals;
import io.thousandisland.stress.Interleavings;
import org.junit.jupiter.api.Test;

/**
 * Permits: no permit is lost to a waiter that leaves, and no waiter waits while there is a permit.
 */
public class PermitsInterleavingsTest {

  public static class Model {
    private final Permits permits = new Permits(1);
    private final Signals first = new Signals(new DeadlineSweeper(2));
    private final Signals second = new Signals(new DeadlineSweeper(2));

    public Model() {
      Checks.that(permits.tryAcquire(), "no place");
    }

    /** Acquires a permit as a worker does: see AcceptLoop. */
    private boolean acquire(Signals me) {
      me.owner(Thread.currentThread());
      while (!permits.acquireOr(me)) {
        if ((me.await(Signals.PERMIT | Signals.PAUSE) & Signals.PAUSE) != 0) {
          permits.leave(me);
          return false;
        }
      }
      Checks.that(permits.used() <= permits.limit(), "over the limit");
      return true;
    }

    public void first() {
      if (acquire(first)) {
        permits.release();
      }
    }

    public void second() {
      if (acquire(second)) {
        permits.release();
      }
    }

    public void pauseFirst() {
      first.raise(Signals.PAUSE);
    }

    public void release() {
      permits.release();
    }

    public void raise() {
      permits.limit(2);
    }

    public void holds() {
      Checks.that(permits.used() == 0, permits.used() + " in use");
    }
  }

  @Test
  void placeOfAWaiterThatLeavesGoesToTheNext() {
    Interleavings.of(Model.class)
        .thread("first")
        .thread("second")
        .thread("pauseFirst", "release")
        .explore();
  }

  /** The permit in use is given back when the other waiters have had a place. */
  @Test
  void raisedLimitLetsAllWaitersLook() {
    Interleavings.of(Model.class)
        .thread("first", "release")
        .thread("second")
        .thread("raise")
        .explore();
  }
}
