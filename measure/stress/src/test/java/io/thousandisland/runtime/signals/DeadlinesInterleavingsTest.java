// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.signals;

import io.thousandisland.runtime.server.Checks;
import io.thousandisland.stress.Interleavings;
import org.junit.jupiter.api.Test;

/** DeadlineSweeper: a deadline set while the sweeper goes past is raised all the same. */
public class DeadlinesInterleavingsTest {

  public static class Model {
    private final DeadlineSweeper sweeper = new DeadlineSweeper(4);
    private final Signals signals = new Signals(sweeper);

    /**
     * Sets a deadline later than the wheel holds: each visit plans the next one, and the first is
     * at tick 3.
     */
    void late() {
      signals.deadline(Long.MAX_VALUE / 2);
    }

    /**
     * Sets a deadline in the past, for the explorer's made-up clock too: the next visit raises it.
     */
    public void soon() {
      signals.deadline(Long.MIN_VALUE / 2);
    }

    public void sweep() {
      sweeper.sweepTo(3);
    }

    /** The deadline is raised at the next tick, not when the wheel has turned. */
    public void holds() {
      sweeper.sweepTo(4);
      Checks.that(signals.isRaised(Signals.DEADLINE), "deadline lost");
    }
  }

  /** A connection that has a deadline already. */
  public static class Late extends Model {
    public Late() {
      late();
    }
  }

  @Test
  void noDeadlineIsLost() {
    Interleavings.of(Model.class).thread("soon").thread("sweep").explore();
  }

  @Test
  void noDeadlineThatIsMovedNearerIsLost() {
    Interleavings.of(Late.class).thread("soon").thread("sweep").explore();
  }
}
