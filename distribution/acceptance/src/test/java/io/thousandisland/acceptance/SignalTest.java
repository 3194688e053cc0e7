package io.thousandisland.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
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
