// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.thousandisland.server.Status;
import java.net.ConnectException;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.osgi.framework.BundleContext;
import org.osgi.test.common.annotation.InjectBundleContext;

/** The commands as an operator types them. */
@Timeout(300)
class ShellTest {

  @InjectBundleContext BundleContext context;

  private Shell shell;
  private ConfiguredServer server;
  private int port;

  @BeforeEach
  void open() throws Exception {
    shell = new Shell(context);
    server =
        new ConfiguredServer(
            context,
            "shelled",
            Map.of(
                "port",
                0,
                "acceptors",
                2,
                "maxConnections",
                50,
                "handler.target",
                "(handler.name=echo)",
                "drainTimeout",
                "5s",
                "shutdownTimeout",
                "5s"));
    port = server.port();
  }

  @AfterEach
  void close() throws Exception {
    server.close();
    shell.close();
  }

  private Client talking() throws Exception {
    var client = new Client(port);
    client.send("x");
    assertThat(client.reply(1)).isEqualTo("x");
    return client;
  }

  @Test
  void serversShowsNameStatusAddressConnectionsAndGenerations() throws Exception {
    try (var client = talking()) {
      String table = shell.run("ti:servers");

      assertThat(table.lines().findFirst())
          .hasValueSatisfying(
              head ->
                  assertThat(head.split(" +"))
                      .containsExactly("NAME", "STATUS", "ADDRESS", "CONNECTIONS", "GENERATIONS"));
      assertThat(table.lines())
          .anyMatch(
              line ->
                  line.matches(
                      "shelled +RUNNING +127\\.0\\.0\\.1:" + port + " +1/50 +1\\* echo .+ \\(1\\)"))
          .endsWith("* serves new connections")
          .allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(100));
    }
  }

  @Test
  void v4ConnectionsShowsEachWithItsBytesUntilItEnds() throws Exception {
    assertThat(shell.run("ti:connections shelled")).isEqualTo("no connections");
    try (var client = talking()) {
      // its reader may be here before the byte is counted and the connection waits again
      Awaitility.await()
          .until(
              () -> server.server().connections().getFirst(),
              info -> info.counters().bytesSent() == 1 && info.deadline().isPresent());
      assertThat(shell.run("ti:connections shelled").lines())
          .hasSize(2)
          .anyMatch(
              line ->
                  line.matches(
                      "\\d+ +127\\.0\\.0\\.1:\\d+ +- +[12] +1 +1 +1 +0 +0 +\\d+m?s +\\d+m?s +\\d+m?s"))
          .allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(100));
      assertThat(shell.run("ti:connections shelled --idle 1h"))
          .isEqualTo("no such connections\n0 of 1 connection");
      assertThat(shell.run("ti:connections")).contains(" 127.0.0.1:");
    }
    Awaitility.await().until(() -> shell.run("ti:connections shelled"), "no connections"::equals);
  }

  @Test
  void handlersShowsWhomEachServesAndWhenItWasBuilt() throws Exception {
    try (var client = talking()) {
      assertThat(shell.run("ti:handlers").lines())
          .anyMatch(
              line ->
                  line.matches(
                      "echo +0 +io\\.thou\\S+\\.echo +0\\.1\\.0\\S* +\\d{4}-\\d\\d-\\d\\d [\\d:]{8}"
                          + " +shelled 1\\* \\(1\\)"))
          .allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(100));
    }
  }

  @Test
  void suspendRefusesNewConnectionsAndResumeListensAtTheSamePort() throws Exception {
    try (var client = talking()) {
      assertThat(shell.run("ti:suspend shelled")).containsPattern("shelled +SUSPENDED +- +1/50");
      assertThat(shell.printed()).startsWith("suspending server shelled, which keeps 1 connection");
      assertThatThrownBy(() -> new Client(port)).isInstanceOf(ConnectException.class);

      assertThat(shell.run("ti:resume shelled")).contains(" 127.0.0.1:" + port);
      server.await(Status.RUNNING);
      talking().close();
      client.send("y");
      assertThat(client.reply(1)).isEqualTo("y");
    }
  }

  @Test
  void drainEndsTheConnectionsAndReports() throws Exception {
    try (var client = talking()) {
      assertThat(shell.run("ti:drain shelled"))
          .matches(
              "(?s)0 migrated, 1 graceful, 0 forced, lingering threads: none, took \\d+ ms\\s*");
      assertThat(shell.printed()).startsWith("draining server shelled: 1 connection");
      assertThat(client.seesEnd()).isTrue();
      server.await(Status.SUSPENDED);
    }
  }

  @Test
  void drainOfOneAcceptorLeavesTheServerRunning() throws Exception {
    try (var client = talking()) {
      int acceptor = server.server().connections().getFirst().acceptor();

      assertThat(shell.run("ti:drain shelled " + (3 - acceptor)))
          .startsWith("0 migrated, 0 graceful");
      assertThat(shell.run("ti:drain shelled " + acceptor))
          .startsWith("0 migrated, 1 graceful, 0 forced");

      assertThat(client.seesEnd()).isTrue();
      assertThat(server.server().status()).isEqualTo(Status.RUNNING);
      talking().close();
    }
  }

  @Test
  void l7DrainWithoutANameTouchesNobody() throws Exception {
    try (var client = talking()) {
      assertThatThrownBy(() -> shell.run("ti:drain")).hasMessageContaining("--all");
      assertThat(server.server().status()).isEqualTo(Status.RUNNING);
      client.send("y");
      assertThat(client.reply(1)).isEqualTo("y");
    }
  }

  @Test
  void wrongNameIsAnsweredWithThoseThatExist() {
    for (String command : new String[] {"connections", "suspend", "resume", "drain", "cut"}) {
      assertThatThrownBy(() -> shell.run("ti:" + command + " sheled"))
          .as(command)
          .hasMessage("no server named sheled; did you mean shelled? there is shelled");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "3", "-1", "99", "99999999999"})
  void wrongAcceptorIsAnsweredWithThoseThatExist(String wrong) {
    assertThatThrownBy(() -> shell.run("ti:drain shelled " + wrong))
        .hasMessage("no acceptor " + wrong + " in server shelled; there are 1 to 2");
  }

  @ParameterizedTest
  @CsvSource({
    "servers, lists the servers",
    "handlers, lists the handlers",
    "connections, lists live connections",
    "connections, --idle 30s",
    "server, every key of its configuration",
    "await, --at-most N",
    "drainAddress, 10.0.0.0/8",
    "connections, name of the server",
    "suspend, refuses new connections",
    "suspend, name of the server",
    "resume, listens again",
    "resume, name of the server",
    "retry, tries at once",
    "drain, ends the connections",
    "drain, name of the server",
    "drain, the number of the acceptor",
    "drain, --all"
  })
  void helpSaysWhatACommandDoesAndWhatItTakes(String command, String text) throws Exception {
    assertThat(shell.run("help ti:" + command)).contains("scope: ti", text);
  }
}
