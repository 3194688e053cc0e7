// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The shell of a server that has no terminal. */
class PortShellTest {

  private static final Duration LIMIT = Duration.ofSeconds(30);

  @TempDir Path home;

  private static int port(ServerProcess server) throws Exception {
    return Integer.parseInt(
        server
            .awaitLog("^shell listens on 127\\.0\\.0\\.1:([0-9]+), unprotected - talk to it: nc ")
            .group(1));
  }

  @ParameterizedTest
  @EnumSource
  void severalOperatorsAskAndLeaveAndTheServerGoesOn(Framework framework) throws Exception {
    try (var server = Launch.of(framework, home).with("-Dshell=0").start()) {
      int echo = server.port("echo");
      int port = port(server);
      try (var one = new Client(port);
          var other = new Client(port)) {
        one.send("ti:servers\n");
        assertThat(one.line()).startsWith("NAME ");
        assertThat(one.line()).startsWith("echo ").contains("RUNNING");
        assertThat(one.line()).isEqualTo("* serves new connections\n");
        one.send("exit\n");
        assertThat(one.seesEnd()).isTrue();

        other.send("ti:suspend nobody\r\n");
        assertThat(other.line()).contains("no server named nobody; there is echo");
        other.send("ti:drains\n");
        assertThat(other.line()).isEqualTo("no drain is under way\n");
      }
      try (var client = new Client(echo)) {
        assertThat(client.ask("hello")).isEqualTo("hello");
      }
      server.saidNoStackTrace();
    }
  }

  @ParameterizedTest
  @EnumSource
  void frameworkThatIsStoppedFromThereEndsTheProcessInOrder(Framework framework) throws Exception {
    try (var server = Launch.of(framework, home).with("-Dshell=0").start()) {
      try (var operator = new Client(port(server))) {
        server.awaitLog("echo: RUNNING");
        operator.send("stop 0\n");
        assertThat(server.exit(LIMIT)).isZero();
      }
      server.awaitLog("echo: STOPPED");
      server.saidNoStackTrace();
    }
  }

  @ParameterizedTest
  @EnumSource
  void withoutTheOptionThereIsNone(Framework framework) throws Exception {
    try (var server = Launch.of(framework, home).start()) {
      server.port("echo");
      server.signal("TERM");
      server.exit(LIMIT);
      assertThat(server.out().all()).noneMatch(line -> line.startsWith("shell"));
    }
  }

  @ParameterizedTest
  @EnumSource
  void portInUseIsRefusedInOneLine(Framework framework) throws Exception {
    try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        var server = Launch.of(framework, home).with("-Dshell=" + taken.getLocalPort()).start()) {
      assertThat(server.exit(LIMIT)).isEqualTo(2);
      assertThat(server.err().whole())
          .singleElement()
          .asString()
          .startsWith("shell: port " + taken.getLocalPort() + " cannot be opened: ");
      assertThat(server.out().whole()).isEmpty();
    }
  }
}
