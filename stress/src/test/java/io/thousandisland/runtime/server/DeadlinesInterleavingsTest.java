package io.thousandisland.runtime.server;

import io.thousandisland.stress.Interleavings;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** DeadlineSweeper: a deadline set while the sweeper goes past is raised all the same. */
public class DeadlinesInterleavingsTest {

  public static class Model {
    private final DeadlineSweeper sweeper = new DeadlineSweeper(16);
    private final Signals signals = new Signals(sweeper);

    public void late() {
      signals.deadline(Duration.ofHours(1).toNanos());
    }

    /** In the past: the next visit raises it. */
    public void soon() {
      signals.deadline(Duration.ofHours(-1).toNanos());
    }

    public void sweep() {
      sweeper.sweepTo(1);
      sweeper.sweepTo(2);
    }

    public void sweepOnce() {
      sweeper.sweepTo(3);
    }

    public void holds() {
      sweeper.sweepTo(8);
      Checks.that(signals.isRaised(Signals.DEADLINE), "deadline lost");
    }
  }

  @Test
  void noDeadlineIsLost() {
    Interleavings.of(Model.class).thread("soon").thread("sweep").explore();
  }

  @Test
  void noDeadlineThatIsMovedNearerIsLost() {
    Interleavings.of(Model.class).thread("late", "soon").thread("sweep", "sweepOnce").explore();
  }

  @Test
  void noDeadlineThatIsMovedAwayAndBackIsLost() {
    Interleavings.of(Model.class)
        .thread("soon", "late", "soon")
        .thread("sweep", "sweepOnce")
        .explore();
  }
}
