// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.signals;

import io.thousandisland.runtime.server.Checks;
import io.thousandisland.stress.Interleavings;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Departures: a drain misses no connection that goes, and notices that it is cut short. */
public class DeparturesInterleavingsTest {

  public static class Model {
    private final Departures departures = new UntimedDepartures();
    private volatile boolean first = true;
    private volatile boolean second = true;
    private volatile boolean cut;

    public void drain() {
      long deadline = System.nanoTime() + TimeUnit.HOURS.toNanos(1);
      boolean allGone = departures.await(() -> !first && !second, deadline, () -> cut);
      Checks.that(allGone || cut, "gave up too early");
    }

    public void firstGoes() {
      first = false;
      departures.tell();
    }

    public void secondGoes() {
      second = false;
      departures.tell();
    }

    public void cutShort() {
      cut = true;
      departures.tell();
    }

    public void holds() {}
  }

  @Test
  void noDepartureIsLost() {
    Interleavings.of(Model.class)
        .thread("drain")
        .thread("firstGoes")
        .thread("secondGoes")
        .explore();
  }

  @Test
  void cuttingShortIsHeard() {
    Interleavings.of(Model.class).thread("drain").thread("firstGoes").thread("cutShort").explore();
  }

  @Test
  void twoDrainsBothHear() {
    Interleavings.of(Model.class)
        .thread("drain")
        .thread("drain")
        .thread("firstGoes", "secondGoes")
        .explore();
  }
}
