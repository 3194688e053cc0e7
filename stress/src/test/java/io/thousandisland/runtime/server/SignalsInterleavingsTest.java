package io.thousandisland.runtime.server;

import io.thousandisland.stress.Interleavings;
import org.junit.jupiter.api.Test;

/** Signals: no wake-up is lost, and what is never taken back stays. */
public class SignalsInterleavingsTest {

  public static class Model {
    private final Signals signals = new Signals(new DeadlineSweeper(2));

    public void awaitBoth() {
      signals.owner(Thread.currentThread());
      int missing = Signals.READABLE | Signals.MESSAGE;
      while (missing != 0) {
        missing &= ~signals.await(missing);
      }
    }

    public void awaitStop() {
      int unused = signals.await(Signals.STOP);
    }

    public void readable() {
      signals.raise(Signals.READABLE);
    }

    public void message() {
      signals.raise(Signals.MESSAGE);
    }

    public void stop() {
      signals.raise(Signals.STOP);
    }

    public void holds() {
      Checks.that(signals.isRaised(Signals.STOP), "STOP was taken back");
      Checks.that(!signals.isRaised(Signals.READABLE | Signals.MESSAGE), "taken twice");
    }
  }

  @Test
  void noWakeUpIsLostAndAStopStays() {
    Interleavings.of(Model.class)
        .thread("awaitBoth", "awaitStop")
        .thread("readable", "stop")
        .thread("message")
        .explore();
  }
}
