// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A server started as people start it from their shell. */
@DisabledOnOs(OS.WINDOWS)
class TerminalTest {

  private static final Duration LIMIT = Duration.ofSeconds(30);
  private static final String CTRL_C = "\u0003";
  private static final String CTRL_D = "\u0004";

  @TempDir Path home;

  /** A shell that starts Maven in the background may have SIGINT ignored for all its children. */
  private ServerProcess onTerminal(Framework framework) throws Exception {
    return Launch.of(framework, home).under(Pty.running("env", "--default-signal=INT")).start();
  }

  private static void awaitShell(ServerProcess server) throws Exception {
    server.port("echo");
    server.awaitLog("Welcome to Apache Felix Gogo");
  }

  @ParameterizedTest
  @EnumSource
  void shellAnswersAndItsEndIsTheEndOfTheServer(Framework framework) throws Exception {
    try (var server = onTerminal(framework)) {
      awaitShell(server);
      server.type("ti:servers\n");
      server.awaitLog("^echo +RUNNING");
      server.type(CTRL_D);

      assertThat(server.exit(LIMIT)).isZero();
      server.awaitLog("echo: STOPPED");
      server.saidNoStackTraceOfOurs();
    }
  }

  @ParameterizedTest
  @EnumSource
  void exitEndsTheServerInOrder(Framework framework) throws Exception {
    try (var server = onTerminal(framework)) {
      awaitShell(server);
      server.type("exit\n");

      assertThat(server.exit(LIMIT)).isZero();
      server.awaitLog("echo: STOPPED");
      server.saidNoStackTrace();
    }
  }

  @ParameterizedTest
  @EnumSource
  void ctrlCEndsTheServerInOrder(Framework framework) throws Exception {
    try (var server = onTerminal(framework)) {
      awaitShell(server);
      server.type(CTRL_C);

      assertThat(server.exit(LIMIT)).isEqualTo(128 + 2);
      server.awaitLog("echo: STOPPED");
      server.saidNoStackTrace();
    }
  }

  /**
   * The shell has no key that ends only a wait: see docs/operations.md. Lines logged from here on
   * may be lost, because Gogo closes standard output when it is interrupted while it writes.
   */
  @ParameterizedTest
  @EnumSource
  void ctrlCWhileACommandWaitsEndsTheServerToo(Framework framework) throws Exception {
    try (var server = onTerminal(framework)) {
      awaitShell(server);
      try (var busy = Busy.talkingTo(server.port("echo"))) {
        server.type("ti:drain echo\n");
        server.awaitLog("echo: DRAINING");
        server.type(CTRL_C);

        assertThat(server.exit(LIMIT)).isEqualTo(128 + 2);
        assertThat(busy.roundsUntilTheEnd()).isPositive();
      }
      server.saidNoStackTrace();
    }
  }

  /** A terminal stops a job in the background as soon as it reads. */
  @ParameterizedTest
  @EnumSource
  void jobInTheBackgroundServes(Framework framework) throws Exception {
    String job = "set -m; \"$@\" & echo job $!; wait $!; echo ended $?";
    try (var server =
        Launch.of(framework, home).under(Pty.running("bash", "-c", job, "bash")).start()) {
      long pid = Long.parseLong(server.awaitLog("^job ([0-9]+)").group(1));
      ProcessHandle process = ProcessHandle.of(pid).orElseThrow();
      try (var client = new Client(server.port("echo"))) {
        server.awaitLog("echo: RUNNING");
        assertThat(client.ask("hello")).isEqualTo("hello");
        assertThat(state(pid)).as("state: T is stopped").isNotEqualTo("T");
        process.destroy();
        server.awaitLog("^ended 143");
      } finally {
        process.destroyForcibly();
      }
      assertThat(server.out().all()).noneMatch(line -> line.contains("Gogo"));
    }
  }

  private static String state(long pid) throws Exception {
    String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
    return stat.substring(stat.lastIndexOf(')') + 2).substring(0, 1);
  }

  @ParameterizedTest
  @EnumSource
  void closedStandardInputIsNoTrouble(Framework framework) throws Exception {
    try (var server =
        Launch.of(framework, home).under("sh", "-c", "exec \"$@\" <&-", "sh").start()) {
      try (var client = new Client(server.port("echo"))) {
        assertThat(client.ask("hello")).isEqualTo("hello");
      }
      server.signal("TERM");
      assertThat(server.exit(LIMIT)).isEqualTo(128 + 15);
      server.saidNoStackTrace();
    }
  }
}
