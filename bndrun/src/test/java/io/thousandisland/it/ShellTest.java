package io.thousandisland.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.thousandisland.server.Status;
import java.net.ConnectException;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
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
                      .containsExactly(
                          "NAME", "STATUS", "ADDRESS", "CONNECTIONS", "GENERATIONS", "REASON"));
      assertThat(table.lines())
          .anyMatch(
              line ->
                  line.matches(
                      "shelled +RUNNING +/127\\.0\\.0\\.1:"
                          + port
                          + " +1/50 +1\\* echo .+ \\(1\\)"));
    }
  }

  @Test
  void connectionsShowsEachWithItsBytes() throws Exception {
    try (var client = talking()) {
      assertThat(shell.run("ti:connections shelled").lines())
          .hasSize(2)
          .anyMatch(
              line -> line.matches("\\d+ +/127\\.0\\.0\\.1:\\d+ +[12] +1 +1 +1 +20\\d\\d-.+"));
      assertThat(shell.run("ti:connections")).contains("/127.0.0.1:");
    }
  }

  @Test
  void suspendRefusesNewConnectionsAndResumeListensAtTheSamePort() throws Exception {
    try (var client = talking()) {
      assertThat(shell.run("ti:suspend shelled")).containsPattern("shelled +SUSPENDED +- +1/50");
      assertThatThrownBy(() -> new Client(port)).isInstanceOf(ConnectException.class);

      assertThat(shell.run("ti:resume shelled")).contains("/127.0.0.1:" + port);
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
  void wrongNameIsAnsweredWithThoseThatExist() {
    for (String command : new String[] {"connections", "suspend", "resume", "drain"}) {
      assertThatThrownBy(() -> shell.run("ti:" + command + " sheled"))
          .as(command)
          .hasMessageContaining("no server named sheled")
          .hasMessageContaining("shelled");
    }
  }

  @Test
  void wrongAcceptorIsAnsweredWithThoseThatExist() {
    for (int wrong : new int[] {0, 3, -1}) {
      assertThatThrownBy(() -> shell.run("ti:drain shelled " + wrong))
          .hasMessageContaining("no acceptor " + wrong)
          .hasMessageContaining("there are 1 to 2");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "servers, lists the servers",
    "connections, lists the live connections of one server",
    "connections, name of the server",
    "suspend, refuses new connections",
    "suspend, name of the server",
    "resume, listens again",
    "resume, name of the server",
    "drain, ends its connections",
    "drain, name of the server",
    "drain, number of the acceptor"
  })
  void helpSaysWhatACommandDoesAndWhatItTakes(String command, String text) throws Exception {
    assertThat(shell.run("help ti:" + command)).contains("scope: ti", text);
  }
}
