// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.server;

import static io.thousandisland.runtime.server.Peers.echo;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.thousandisland.telemetry.Ending;
import io.thousandisland.telemetry.TelemetryEvent;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;

/**
 * An attack: as many clients as the server has places, each of which sends a byte each second. So
 * none of them is ever silent. A client whose connection ends takes another one at once, and never
 * closes the one that has ended.
 */
@Timeout(120)
@DisabledIfSystemProperty(
    named = "handlers.nonblocking",
    matches = "true",
    disabledReason = "it takes half a minute, and the reaper does not see which thread serves")
class DrippingTest {

  private static final int PLACES = 100;
  private static final int HONEST = 3;

  /** The window of the rates; {@code -Ddripping.window=10000} for that of the defaults. */
  private static final Duration WINDOW =
      Duration.ofMillis(Integer.getInteger("dripping.window", 2_000));

  /** Ends the attack. */
  private final CountDownLatch over = new CountDownLatch(1);

  private void attack(RunningServer server) {
    for (int i = 0; i < PLACES; i++) {
      Thread unused = Thread.ofVirtual().start(() -> dripForEver(server));
    }
  }

  private void dripForEver(RunningServer server) {
    try {
      while (over.getCount() > 0) {
        java.net.Socket client = server.connect();
        Thread unused = Thread.ofVirtual().start(() -> drip(client));
        while (client.getInputStream().read() >= 0) {
          // until the server ends it
        }
      }
    } catch (IOException end) {
      // of the test
    }
  }

  private void drip(java.net.Socket client) {
    try {
      do {
        client.getOutputStream().write('d');
      } while (!over.await(1, TimeUnit.SECONDS));
    } catch (IOException | InterruptedException end) {
      // of this connection
    }
  }

  @Test
  void p3HonestClientGetsThroughWhileAHundredOthersDrip() throws Exception {
    var settings =
        AlteredSettings.of(
            "maxConnections",
            PLACES,
            "firstByteTimeout",
            WINDOW,
            "minReceiveRate",
            10,
            "minSendRate",
            10,
            "rateWindow",
            WINDOW);
    try (var server = new RunningServer(settings, new TestHandler())) {
      attack(server);
      server.await("full", s -> s.node.placesTaken() == PLACES);
      List<Long> waits = new ArrayList<>();
      for (int i = 0; i < HONEST; i++) {
        long began = System.nanoTime();
        try (var honest = server.connect()) {
          assertThat(echo(honest, "honest")).isEqualTo("honest");
        }
        waits.add(Duration.ofNanos(System.nanoTime() - began).toMillis());
      }
      over.countDown();
      System.out.printf(
          "P3: rateWindow %d ms: %d honest clients are served after %s ms%n",
          WINDOW.toMillis(), HONEST, waits);
      // the window and the last look, then the end of a peer that does not close its side
      assertThat(waits).allMatch(wait -> wait < WINDOW.plusSeconds(8).toMillis());
      List<Ending> endings =
          server.events(TelemetryEvent.ConnectionStopped.class).stream()
              .map(TelemetryEvent.ConnectionStopped::ending)
              .toList();
      assertThat(endings.stream().filter(Ending.TooSlow.class::isInstance))
          .hasSizeGreaterThanOrEqualTo(PLACES);
    } finally {
      over.countDown();
    }
  }

  @Test
  void p3WithoutRatesTheyKeepItOut() throws Exception {
    var settings = AlteredSettings.of("maxConnections", PLACES);
    try (var server = new RunningServer(settings, new TestHandler())) {
      attack(server);
      server.await("full", s -> s.node.placesTaken() == PLACES);
      try (var honest = server.connect()) {
        honest.setSoTimeout((int) WINDOW.plusSeconds(8).toMillis());
        assertThatThrownBy(() -> echo(honest, "honest")).isInstanceOf(SocketTimeoutException.class);
      }
      over.countDown();
    } finally {
      over.countDown();
    }
  }
}
