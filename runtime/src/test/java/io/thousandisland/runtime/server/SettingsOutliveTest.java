// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.server;

import static io.thousandisland.runtime.server.Peers.echo;
import static io.thousandisland.runtime.server.Peers.ended;
import static org.assertj.core.api.Assertions.assertThat;

import io.thousandisland.runtime.settings.RestartSettings;
import io.thousandisland.server.Status;
import io.thousandisland.telemetry.TelemetryEvent;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Row V17: settings changed on the living server, and its places, after larger parts of it restart.
 */
@Timeout(60)
class SettingsOutliveTest {

  private final FlakyTransport transport = new FlakyTransport();

  /**
   * Acceptors and places are changed live; then {@code crashes} workers crash, one after the other.
   */
  private RunningServer serverAfter(int restarts, int crashes) throws Exception {
    var budget = new RestartSettings(restarts, Duration.ofMinutes(1));
    var first = RunningServer.settings().withAcceptors(1).with(budget);
    var server = new RunningServer(first, transport, new TestHandler());
    server.node.configure(
        AlteredSettings.of("acceptors", 2, "maxConnections", 3, "readTimeout", Duration.ofHours(2))
            .with(budget));
    var client = server.connect();
    assertThat(echo(client, "a")).isEqualTo("a");
    for (int i = 0; i < crashes; i++) {
      int before = crashes(server);
      transport.failNextAccepts(1, () -> new IllegalStateException("bug on purpose"));
      try (var unlucky = server.connect()) {
        server.await("crashed", s -> crashes(s) > before);
      }
    }
    return server;
  }

  private static int crashes(RunningServer server) {
    return server.events(TelemetryEvent.Restarted.class).size()
        + server.events(TelemetryEvent.RestartBudgetExhausted.class).size();
  }

  private static void assertSetAndNoPlaceIsLost(RunningServer server) throws Exception {
    server.await(Status.RUNNING);
    for (var client : server.clients()) {
      client.close();
    }
    server.awaitConnections(0);
    assertThat(server.node.info().acceptors()).isEqualTo(2);
    assertThat(server.node.info().maxConnections()).isEqualTo(3);
    var inside = List.of(server.connect(), server.connect(), server.connect());
    for (var client : inside) {
      assertThat(echo(client, "b")).isEqualTo("b");
    }
    var outside = server.connect();
    server.awaitEvent(TelemetryEvent.LimitReached.class);
    assertThat(server.node.info().connections()).isEqualTo(3);
    inside.getFirst().close();
    assertThat(echo(outside, "c")).isEqualTo("c");
  }

  @Test
  void v17WhatWasSetOutlivesTheWholeTree() throws Exception {
    try (var server = serverAfter(0, 1)) { // the crash goes up to the root, which tries again
      server.await(
          "down",
          s ->
              s.events(TelemetryEvent.StatusChanged.class).stream()
                  .anyMatch(change -> change.to() == Status.FAILED));
      assertThat(ended(server.clients().getFirst())).isTrue();
      assertSetAndNoPlaceIsLost(server);
    }
  }

  @Test
  void v17WhatWasSetOutlivesAnAcceptorThatIsRestartedAsAWhole() throws Exception {
    try (var server = serverAfter(1, 3)) { // one worker crashes twice: its acceptor gives up
      server.await(
          "restarted as a whole",
          s ->
              s.events(TelemetryEvent.Restarted.class).stream()
                  .anyMatch(restarted -> restarted.node().startsWith("acceptor ")));
      assertSetAndNoPlaceIsLost(server);
    }
  }
}
