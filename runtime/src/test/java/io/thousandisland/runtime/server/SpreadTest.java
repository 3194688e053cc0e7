// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.server;

import static io.thousandisland.runtime.server.Peers.echo;
import static org.assertj.core.api.Assertions.assertThat;

import io.thousandisland.handler.MigrationDeclinedException;
import io.thousandisland.handler.Next;
import io.thousandisland.handler.Socket;
import io.thousandisland.runtime.settings.LeaveSettings;
import io.thousandisland.runtime.settings.Policies;
import io.thousandisland.runtime.settings.ServerSettings;
import io.thousandisland.runtime.settings.Timeouts;
import io.thousandisland.server.Drain;
import io.thousandisland.telemetry.TelemetryEvent;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Rule S5: a spread drain keeps its deadlines, and what comes late does not wait. */
@Timeout(60)
class SpreadTest {

  private static final int CLIENTS = 40;

  private static ServerSettings settings(Duration drain, Duration shutdown, Duration spread) {
    return ServerSettings.defaults("test")
        .with(Timeouts.DEFAULT.withDrain(drain, shutdown))
        .with(new LeaveSettings(Duration.ZERO, spread));
  }

  /** Notes when each connection is advised; goes on. */
  private static final class Advised extends TestHandler.Staying {
    final Map<Long, Long> times = new ConcurrentHashMap<>();

    @Override
    public Next<String> handleDrain(Socket socket, String state) {
      times.put(socket.id(), System.nanoTime());
      return Next.proceed(state);
    }
  }

  private static void connectAll(RunningServer server) throws Exception {
    for (int i = 0; i < CLIENTS; i++) {
      assertThat(echo(server.connect(), "a")).isEqualTo("a");
    }
  }

  @Test
  void s5AdviceComesInEveryPartOfTheWindow() throws Exception {
    var window = Duration.ofSeconds(2);
    var handler = new Advised();
    try (var server =
        new RunningServer(
            settings(Duration.ofSeconds(4), Duration.ofSeconds(5), window), handler)) {
      connectAll(server);
      long began = System.nanoTime();
      Drain drain = server.node.drain();
      server.await("all advised", s -> handler.times.size() == CLIENTS);
      drain.cutShort();
      drain.result().get(20, TimeUnit.SECONDS);
      Map<Long, Long> quarters =
          handler.times.values().stream()
              .collect(
                  Collectors.groupingBy(
                      at -> (at - began) * 4 / window.toNanos(), Collectors.counting()));
      // 10 each on an idle machine; a busy one may tell a quarter's connections later
      assertThat(quarters.keySet().stream().filter(quarter -> quarter < 4).count())
          .as("%s", quarters)
          .isGreaterThanOrEqualTo(3);
      assertThat(quarters.getOrDefault(0L, 0L)).isLessThanOrEqualTo(11);
    }
  }

  /** Neither moves nor finishes before it is shut down. */
  private static final class Stubborn extends TestHandler.Staying {
    @Override
    public Object exportState(Socket socket, String state) throws MigrationDeclinedException {
      throw new MigrationDeclinedException("on purpose");
    }
  }

  @Test
  void w8SpreadMigrationThatIsDeclinedIsOverByTheTimeoutsAllTogether() throws Exception {
    var drain = Duration.ofSeconds(2);
    var shutdown = Duration.ofMillis(500);
    var migrate =
        new Policies(Policies.WhenHandlerLeaves.MIGRATE, Policies.WhenBetterArrives.MIGRATE, false);
    try (var server =
        new RunningServer(settings(drain, shutdown, drain).with(migrate), new Stubborn())) {
      connectAll(server);
      server.serve(new TestHandler());
      var ended = server.awaitEvent(TelemetryEvent.DrainEnded.class);
      assertThat(ended.result().graceful()).isEqualTo(CLIENTS);
      assertThat(ended.result().took())
          .isLessThan(drain.plus(shutdown).plus(Duration.ofSeconds(1)));
    }
  }

  @Test
  void s5ConnectionThatComesLateIsAdvisedAtOnce() throws Exception {
    var window = Duration.ofSeconds(20);
    var handler = new Advised();
    try (var server = new RunningServer(settings(window, Duration.ofSeconds(5), window), handler)) {
      connectAll(server);
      Drain drain = server.node.drainAddress("127.0.0.0/8");
      server.await("the first one advised", s -> !handler.times.isEmpty());
      var late = server.connect();
      assertThat(echo(late, "b")).isEqualTo("b");
      long id = server.node.connections().getLast().id();
      server.await("late one advised", s -> handler.times.containsKey(id));
      assertThat(handler.times).hasSizeLessThan(CLIENTS / 2);
      drain.cutShort();
      drain.result().get(20, TimeUnit.SECONDS);
    }
  }
}
