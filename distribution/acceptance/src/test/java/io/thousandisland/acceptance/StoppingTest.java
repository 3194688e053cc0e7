// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import io.thousandisland.acceptance.bundles.MoodyHandler;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** SIGTERM: connections that have nothing left to do end at once, and begun work is finished. */
@DisabledOnOs(OS.WINDOWS)
@Timeout(180)
class StoppingTest {

  private static final int IDLE = 50;
  private static final int TRANSFERS = 200;
  private static final int TRANSFERRED = 2 << 20;

  /** Less than the drainTimeout of the ready-made echo server. Measured: half a second. */
  private static final Duration ECHO_LIMIT = Duration.ofMillis(4_500);

  /** Half of the default drainTimeout. */
  private static final Duration LIMIT = Duration.ofSeconds(5);

  @TempDir Path home;

  @ParameterizedTest
  @EnumSource
  void sigtermWithIdleClientsOfTheEchoHandlerTakesNoDrainTimeout(Framework framework)
      throws Exception {
    try (var server = Launch.of(framework, home).start()) {
      terminateWithIdleClients(framework, server, "echo", ECHO_LIMIT);
    }
  }

  /** The handler does not override {@code handleDrain}. */
  @ParameterizedTest
  @EnumSource
  void sigtermWithIdleClientsOfAHandlerWithTheDefaultDrainTakesNoDrainTimeout(Framework framework)
      throws Exception {
    try (var server = startMoody(framework)) {
      terminateWithIdleClients(framework, server, "moody", LIMIT);
    }
  }

  private static void terminateWithIdleClients(
      Framework framework, ServerProcess server, String name, Duration limit) throws Exception {
    int port = server.port(name);
    List<Client> idle = new ArrayList<>();
    try {
      for (int i = 0; i < IDLE; i++) {
        var client = new Client(port);
        idle.add(client);
        client.send("hello\n");
        assertThat(client.line()).endsWith("hello\n");
      }

      long begun = System.nanoTime();
      server.signal("TERM");
      assertThat(server.exit(Duration.ofSeconds(40))).isEqualTo(128 + 15);
      long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begun);

      MatchResult drained = drained(server, name);
      System.out.printf(
          "%s: %d idle clients of %s: SIGTERM to exit %d ms, of which the drain took %s%n",
          framework, IDLE, name, millis, drained.group(3));
      for (Client client : idle) {
        assertThat(client.seesEnd()).isTrue();
      }
      assertThat(drained.group(1)).as("graceful").isEqualTo("" + IDLE);
      assertThat(drained.group(2)).as("forced").isEqualTo("0");
      assertThat(duration(drained.group(3))).as("the drain").isLessThan(limit);
    } finally {
      for (Client client : idle) {
        client.close();
      }
    }
  }

  /** Reads {@code 500ms} or {@code 15s}. */
  private static Duration duration(String logged) {
    return logged.endsWith("ms")
        ? Duration.ofMillis(Long.parseLong(logged.substring(0, logged.length() - 2)))
        : Duration.ofSeconds(Long.parseLong(logged.substring(0, logged.length() - 1)));
  }

  /** If they drained one after the other, they would take twice as long. */
  @ParameterizedTest
  @EnumSource
  void serversDrainTogetherWhenTheFrameworkStops(Framework framework) throws Exception {
    Launch launch = Launch.of(framework, home);
    Files.createDirectories(launch.deploy());
    for (String name : List.of("one", "two")) {
      Files.writeString(
          launch.deploy().resolve("io.thousandisland.server-" + name + ".cfg"),
          "port = 0\nhandler.target = (handler.name=moody)\n"
              + "drainTimeout = 4s\nshutdownTimeout = 4s\n");
    }
    TestBundle.handler(MoodyHandler.class, "moody", 1, false)
        .write(launch.deploy().resolve("moody.jar"));
    try (var server = launch.start();
        var one = new Client(server.port("one"));
        var two = new Client(server.port("two"))) {
      for (Client client : List.of(one, two)) {
        client.send("sleep\n");
        assertThat(client.line()).isEqualTo("sleep\n");
      }
      long begun = System.nanoTime();
      server.signal("TERM");
      assertThat(server.exit(Duration.ofSeconds(40))).isEqualTo(128 + 15);
      assertThat(Duration.ofNanos(System.nanoTime() - begun))
          .isBetween(Duration.ofSeconds(7), Duration.ofSeconds(14));
    }
  }

  @ParameterizedTest
  @EnumSource
  void repliesUnderWayAtSigtermAreCompleted(Framework framework) throws Exception {
    List<Transfer> transfers = new ArrayList<>();
    try (var server = startMoody(framework);
        var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      int port = server.port("moody");
      for (int i = 0; i < TRANSFERS; i++) {
        var transfer = new Transfer(port, TRANSFERRED);
        transfers.add(transfer);
        transfer.begin();
      }

      server.signal("TERM");
      server.awaitLog("moody: DRAINING");
      List<CompletableFuture<Boolean>> all =
          transfers.stream()
              .map(each -> CompletableFuture.supplyAsync(each::complete, threads))
              .toList();

      long complete = all.stream().filter(CompletableFuture::join).count();
      assertThat(server.exit(Duration.ofSeconds(40))).isEqualTo(128 + 15);
      MatchResult drained = drained(server, "moody");
      System.out.printf(
          "%s: %d of %d replies of %,d bytes were complete after SIGTERM; %s graceful, %s forced,"
              + " took %s%n",
          framework,
          complete,
          TRANSFERS,
          TRANSFERRED,
          drained.group(1),
          drained.group(2),
          drained.group(3));
      assertThat(complete).isEqualTo(TRANSFERS);
      assertThat(drained.group(2)).as("forced").isEqualTo("0");
    } finally {
      for (Transfer transfer : transfers) {
        transfer.close();
      }
    }
  }

  private static MatchResult drained(ServerProcess server, String name)
      throws InterruptedException {
    return server.awaitLog(
        name
            + ": server drained: 0 migrated, ([0-9]+) graceful, ([0-9]+) forced,"
            + " in ([0-9]+m?s)$");
  }

  private ServerProcess startMoody(Framework framework) throws Exception {
    Launch launch = Launch.of(framework, home);
    Files.createDirectories(launch.deploy());
    Files.writeString(
        launch.deploy().resolve("io.thousandisland.server-moody.cfg"),
        "port = 0\nhandler.target = (handler.name=moody)\n");
    TestBundle.handler(MoodyHandler.class, "moody", 1, false)
        .write(launch.deploy().resolve("moody.jar"));
    return launch.start();
  }
}
