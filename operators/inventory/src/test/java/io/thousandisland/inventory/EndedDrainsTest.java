// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.inventory;

import static org.assertj.core.api.Assertions.assertThat;

import io.thousandisland.server.Drained;
import io.thousandisland.server.Status;
import io.thousandisland.telemetry.Detail;
import io.thousandisland.telemetry.TelemetryEvent;
import org.junit.jupiter.api.Test;

class EndedDrainsTest {

  private final EndedDrains drains = new EndedDrains();

  private void over(String server, String what) {
    drains.on(new TelemetryEvent.DrainEnded(server, what, Drained.NOTHING));
  }

  @Test
  void latestDrainsOfAServerComeFirstAndAreFew() {
    for (int i = 1; i <= 10; i++) {
      over("one", "connection " + i);
      over("other", "server");
    }
    assertThat(drains.of("one"))
        .extracting(EndedDrain::what)
        .containsExactly(
            "connection 10", "connection 9", "connection 8", "connection 7", "connection 6");
    assertThat(drains.of("other")).hasSize(EndedDrains.MOST);
    assertThat(drains.of("nobody")).isEmpty();
  }

  @Test
  void drainsOfServersThatAreGoneAreForgotten() {
    over("gone", "server");
    for (int i = 0; i < EndedDrains.KEPT; i++) {
      over("busy", "connection " + i);
    }
    assertThat(drains.of("gone")).isEmpty();
  }

  @Test
  void nothingElseIsHeardOrKept() {
    drains.on(new TelemetryEvent.StatusChanged("one", Status.STARTING, Status.RUNNING, ""));
    assertThat(drains.of("one")).isEmpty();
    assertThat(drains.hears(Detail.SERVERS)).isTrue();
    assertThat(drains.hears(Detail.CONNECTIONS)).isFalse();
    assertThat(drains.hears(Detail.TRAFFIC)).isFalse();
  }
}
