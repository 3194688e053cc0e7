// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@DisabledOnOs(OS.WINDOWS)
class SignalTest {

  /** The drainTimeout of the ready-made echo server is 5 s; the rest is for a busy machine. */
  private static final Duration LIMIT = Duration.ofSeconds(5 + 10);

  @TempDir Path home;

  @ParameterizedTest
  @EnumSource
  void sigtermDrainsAndEndsAtTheDrainTimeoutThoughAPeerNeverStopsTalking(Framework framework)
      throws Exception {
    try (var server = Launch.of(framework, home).start()) {
      int port = server.port("echo");
      try (var quiet = new Client(port);
          var busy = Busy.talkingTo(port)) {
        assertThat(quiet.ask("hello")).isEqualTo("hello");

        server.signal("TERM");

        assertThat(quiet.seesEnd()).isTrue();
        assertThat(server.alive()).as("alive while a conversation goes on").isTrue();
        assertThat(server.exit(LIMIT)).isEqualTo(128 + 15);
        assertThat(busy.roundsUntilTheEnd()).isPositive();
      }
      assertOrderlyEnd(server, port);
    }
  }

  @ParameterizedTest
  @EnumSource
  void sigintDrainsAndEndsWithTheLastConversation(Framework framework) throws Exception {
    // a shell that starts Maven in the background may have this signal ignored for all its children
    try (var server = Launch.of(framework, home).under("env", "--default-signal=INT").start()) {
      int port = server.port("echo");
      try (var quiet = new Client(port);
          var busy = Busy.talkingTo(port)) {
        assertThat(quiet.ask("hello")).isEqualTo("hello");

        server.signal("INT");
        server.awaitLog("echo: DRAINING");
        busy.stopAfterAnotherRound();

        assertThat(quiet.seesEnd()).isTrue();
        assertThat(server.exit(LIMIT)).isEqualTo(128 + 2);
      }
      server.awaitLog("server drained: 0 migrated, [0-9]+ graceful, 0 forced, in [0-9]+m?s$");
      assertOrderlyEnd(server, port);
    }
  }

  /** The bundles are all there while the server is a lame duck. */
  @ParameterizedTest
  @EnumSource
  void sigtermLeavesTheServerALameDuckForItsReadyDelayAndThenRefuses(Framework framework)
      throws Exception {
    Launch launch = Launch.of(framework, home);
    for (String name : List.of("first", "second")) {
      Files.createDirectories(launch.deploy());
      Files.writeString(
          launch.deploy().resolve("io.thousandisland.server-" + name + ".cfg"),
          "port = 0\nhandler.target = (handler.name=echo)\nreadyDelay = 2s\ndrainTimeout = 1s\n");
    }
    Files.writeString(
        launch.deploy().resolve("io.thousandisland.server-sudden.cfg"),
        "port = 0\nhandler.target = (handler.name=echo)\ndrainTimeout = 1s\n");
    try (var server = launch.start()) {
      int sudden = server.port("sudden");
      assertThat(served(sudden)).isTrue();
      List<Integer> ports = List.of(server.port("first"), server.port("second"));
      for (int port : ports) {
        assertThat(served(port)).isTrue();
      }
      long told = System.nanoTime();
      server.signal("TERM");
      server.awaitLog("first: DRAINING: a lame duck");
      server.awaitLog("second: DRAINING: a lame duck");
      server.awaitLog("sudden: STOPPED"); // it has no delay, and waits for nobody's
      assertThat(served(sudden)).isFalse();
      int served = 0;
      while (served(ports.get(0)) && served(ports.get(1))) {
        served++;
      }
      assertThat(Duration.ofNanos(System.nanoTime() - told))
          .as("%d clients were served", served)
          .isBetween(Duration.ofMillis(1_900), Duration.ofSeconds(10));
      assertThat(served).isGreaterThan(10);
      assertThat(server.exit(LIMIT)).isEqualTo(128 + 15);
      server.awaitLog("first: STOPPED");
      server.saidNoStackTrace();
    }
  }

  private static boolean served(int port) throws IOException {
    try (var client = new Client(port)) {
      return client.askUntilTheEnd("hello").equals("hello");
    } catch (ConnectException refused) {
      return false;
    }
  }

  private static void assertOrderlyEnd(ServerProcess server, int port) throws Exception {
    server.awaitLog("echo: server drained: .*, in [0-9]+m?s$");
    server.awaitLog("echo: STOPPED");
    server.err().whole();
    server.saidNoStackTrace();
    try (var next = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
      assertThat(next.isBound()).as("port is free").isTrue();
    }
  }
}
