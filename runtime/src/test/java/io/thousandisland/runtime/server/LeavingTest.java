// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.server;

import static io.thousandisland.runtime.server.Peers.echo;
import static io.thousandisland.runtime.server.Peers.ended;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.thousandisland.handler.Next;
import io.thousandisland.handler.Socket;
import io.thousandisland.runtime.settings.LeaveSettings;
import io.thousandisland.runtime.settings.Policies;
import io.thousandisland.runtime.settings.ServerSettings;
import io.thousandisland.runtime.settings.Timeouts;
import io.thousandisland.server.Drain;
import io.thousandisland.server.Drained;
import io.thousandisland.server.Status;
import io.thousandisland.telemetry.TelemetryEvent;
import java.net.ConnectException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A server that leaves gently: lame ducks, and drains that are spread over a window. */
@Timeout(60)
class LeavingTest {

  private static final Duration LONG = Duration.ofHours(1);

  private static ServerSettings settings(Duration readyDelay, Duration spread) {
    return ServerSettings.defaults("test")
        .with(Timeouts.DEFAULT.withDrain(Duration.ofSeconds(10), Duration.ofSeconds(5)))
        .with(new LeaveSettings(readyDelay, spread));
  }

  private static List<Boolean> readiness(RunningServer server) {
    return server.events(TelemetryEvent.ReadinessChanged.class).stream()
        .map(TelemetryEvent.ReadinessChanged::ready)
        .toList();
  }

  // ---- lame ducks

  @Test
  void s5LameDuckIsNotReadyAndStillServesNewConnectionsUntilItIsCutShort() throws Exception {
    try (var server = new RunningServer(settings(LONG, Duration.ZERO), new TestHandler())) {
      int port = server.port();
      var before = server.connect();
      assertThat(echo(before, "a")).isEqualTo("a");
      Drain drain = server.node.drain();
      assertThat(server.node.status()).isEqualTo(Status.DRAINING);
      assertThat(server.node.info().ready()).isFalse();
      assertThat(server.node.info().reason()).contains("a lame duck: it still accepts connections");
      assertThat(readiness(server)).containsExactly(true, false);
      assertThat(drain.progress().phase()).isEqualTo(Drain.Phase.LAME_DUCK);
      var late = server.connect();
      assertThat(echo(late, "b") + echo(before, "c")).isEqualTo("bc");
      drain.cutShort();
      Drained drained = drain.result().get(20, TimeUnit.SECONDS);
      assertThat(drained.graceful()).isEqualTo(2);
      assertThat(ended(late) && ended(before)).isTrue();
      assertThatThrownBy(() -> server.connect(port)).isInstanceOf(ConnectException.class);
      server.await(Status.SUSPENDED);
      server.node.resume();
      server.await(Status.RUNNING);
      assertThat(readiness(server)).containsExactly(true, false, true);
    }
  }

  @Test
  void s5LameDuckEndsByItselfAndItsTimeIsNoneOfTheDrainTimeouts() throws Exception {
    var delay = Duration.ofMillis(400);
    try (var server = new RunningServer(settings(delay, Duration.ZERO), new TestHandler())) {
      assertThat(echo(server.connect(), "a")).isEqualTo("a");
      long began = System.nanoTime();
      Drained drained = server.node.drain().result().get(20, TimeUnit.SECONDS);
      assertThat(drained.graceful()).isEqualTo(1);
      assertThat(Duration.ofNanos(System.nanoTime() - began)).isGreaterThanOrEqualTo(delay);
      assertThat(drained.took()).isGreaterThanOrEqualTo(delay);
    }
  }

  @Test
  void s5DrainWithADelayOfItsOwnDoesNotUseTheConfiguredOne() throws Exception {
    try (var server = new RunningServer(settings(LONG, Duration.ZERO), new TestHandler())) {
      assertThat(echo(server.connect(), "a")).isEqualTo("a");
      assertThat(server.node.drain(Duration.ZERO).result().get(20, TimeUnit.SECONDS).graceful())
          .isEqualTo(1);
      assertThatThrownBy(() -> server.node.drain(Duration.ofMillis(-1)))
          .hasMessage("readyDelay is PT-0.001S; allowed: 0s to 24h");
    }
  }

  @Test
  void s5StopEndsALameDuckAndReportsOneDrain() throws Exception {
    try (var server = new RunningServer(settings(LONG, Duration.ZERO), new TestHandler())) {
      assertThat(echo(server.connect(), "a")).isEqualTo("a");
      server.node.drain();
      Drained stopped = server.node.stop().get(20, TimeUnit.SECONDS);
      assertThat(stopped.graceful()).isEqualTo(1);
      server.await(Status.STOPPED);
      assertThat(server.events(TelemetryEvent.DrainEnded.class)).hasSize(1);
    }
  }

  @Test
  void w3HandlerOfALameDuckIsReplacedAndItsConnectionsMove() throws Exception {
    try (var server = new RunningServer(settings(LONG, Duration.ZERO), new TestHandler())) {
      var client = server.connect();
      assertThat(echo(client, "a")).isEqualTo("a");
      Drain drain = server.node.drain();
      var gone = server.node.retire(1);
      server.serve(new TestHandler());
      assertThat(gone.get(20, TimeUnit.SECONDS).migrated()).isEqualTo(1);
      assertThat(echo(client, "b") + echo(server.connect(), "c")).isEqualTo("bc");
      drain.cutShort();
      assertThat(drain.result().get(20, TimeUnit.SECONDS).graceful()).isEqualTo(2);
    }
  }

  @Test
  void s5ServerIsNotReadyBeforeItsPortIsClosed() throws Exception {
    try (var server =
        new RunningServer(settings(Duration.ZERO, Duration.ZERO), new TestHandler())) {
      server.node.suspend();
      var news =
          server.events().stream()
              .filter(
                  e ->
                      e instanceof TelemetryEvent.ReadinessChanged
                          || e instanceof TelemetryEvent.ListenerStopped)
              .map(e -> e.getClass().getSimpleName())
              .toList();
      assertThat(news).containsExactly("ReadinessChanged", "ReadinessChanged", "ListenerStopped");
    }
  }

  // ---- spread drains

  private static final int CLIENTS = 60;

  /** Notes when each connection is advised, or comes from another handler. */
  private static final class Noting extends TestHandler {
    final ConcurrentLinkedQueue<Long> ids = new ConcurrentLinkedQueue<>();
    final ConcurrentLinkedQueue<Long> times = new ConcurrentLinkedQueue<>();

    private void note(Socket socket) {
      times.add(System.nanoTime());
      ids.add(socket.id());
    }

    @Override
    public Next<String> handleDrain(Socket socket, String state) {
      note(socket);
      return Next.close(state);
    }

    @Override
    public Next<String> importState(@Nullable Object snapshot, Socket socket) throws Exception {
      note(socket);
      return super.importState(snapshot, socket);
    }

    /** No connection was told before its turn: a machine that is busy only tells it later. */
    void requireEvenAndRandom(long began, Duration window) {
      assertThat(times).hasSize(CLIENTS);
      List<Long> sorted = times.stream().sorted().toList();
      for (int i = 0; i < CLIENTS; i++) {
        assertThat(sorted.get(i) - began)
            .as("connection %d in turn", i)
            .isGreaterThanOrEqualTo(window.toNanos() * (i - 1) / CLIENTS);
      }
      assertThat(List.copyOf(ids)).isNotEqualTo(ids.stream().sorted().toList());
    }
  }

  private static void connectAll(RunningServer server) throws Exception {
    for (int i = 0; i < CLIENTS; i++) {
      assertThat(echo(server.connect(), "a")).isEqualTo("a");
    }
  }

  @Test
  void s5AdviceIsSpreadEvenlyOverTheWindowAndInRandomOrder() throws Exception {
    var window = Duration.ofMillis(900);
    var handler = new Noting();
    try (var server = new RunningServer(settings(Duration.ZERO, window), handler)) {
      connectAll(server);
      long began = System.nanoTime();
      Drained drained = server.node.drain().result().get(20, TimeUnit.SECONDS);
      handler.requireEvenAndRandom(began, window);
      assertThat(drained.graceful()).isEqualTo(CLIENTS);
    }
  }

  @Test
  void w4MigrationsToABetterHandlerAreSpreadInTheSameWay() throws Exception {
    var window = Duration.ofMillis(900);
    var migrate =
        new Policies(Policies.WhenHandlerLeaves.MIGRATE, Policies.WhenBetterArrives.MIGRATE, false);
    var better = new Noting();
    try (var server =
        new RunningServer(settings(Duration.ZERO, window).with(migrate), new TestHandler())) {
      connectAll(server);
      long began = System.nanoTime();
      server.serve(better);
      var ended = server.awaitEvent(TelemetryEvent.DrainEnded.class);
      better.requireEvenAndRandom(began, window);
      assertThat(ended.result().migrated()).isEqualTo(CLIENTS);
      assertThat(server.node.info().connections()).isEqualTo(CLIENTS);
    }
  }

  @Test
  void s5SpreadDrainThatIsCutShortEndsTheRestAtOnce() throws Exception {
    var long10 = Duration.ofSeconds(10);
    try (var server = new RunningServer(settings(Duration.ZERO, long10), new Noting())) {
      connectAll(server);
      long began = System.nanoTime();
      Drain drain = server.node.drain();
      drain.cutShort();
      assertThat(drain.result().get(20, TimeUnit.SECONDS).graceful()).isEqualTo(CLIENTS);
      assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(8));
    }
  }
}
