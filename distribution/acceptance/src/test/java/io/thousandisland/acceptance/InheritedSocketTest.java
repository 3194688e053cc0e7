// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.acceptance;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A server whose port belongs to systemd: {@code listen = inherited}. */
@EnabledOnOs(OS.LINUX)
@Timeout(300)
class InheritedSocketTest {

  /** systemd's part: it holds the socket, and starts the server again and again. */
  private static final String HOLDER = "exec 9<&3 3<&-; while :; do \"$@\" <&9 9<&-; done";

  /** The socket is the standard input, and the output stays where it is. */
  private static final String KEEPS_OUTPUT = "exec \"$@\" <&3 3<&-";

  private static final int RESTARTS = 3;
  private static final int ANSWERS_BETWEEN = 50;
  private static final String PROGRAM = "/opt/thousandisland/bin/thousandisland";
  private static final Path UNITS = Path.of("..", "systemd").toAbsolutePath().normalize();

  @TempDir Path home;

  private Launch launch(Framework framework, String... under) throws IOException {
    Launch launch = Launch.of(framework, home).under(under);
    Files.createDirectories(launch.deploy());
    Files.write(
        configuration(launch, "echo"),
        List.of("listen = inherited", "handler.target = (handler.name=echo)"));
    return launch;
  }

  private static Path configuration(Launch launch, String server) {
    return launch.deploy().resolve("io.thousandisland.server-" + server + ".cfg");
  }

  private static String[] activate(int port, String... more) throws IOException {
    return Stream.concat(
            Systemd.command("systemd-socket-activate", "-l", "127.0.0.1:" + port).stream(),
            Stream.of(more))
        .toArray(String[]::new);
  }

  /** Sends a line and ends its side; all that comes back. */
  private static String ask(int port, String line) throws IOException {
    try (var client = new Socket()) {
      client.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 30_000);
      client.setSoTimeout(30_000);
      client.getOutputStream().write(line.getBytes(US_ASCII)); // nothing, when it is empty
      client.shutdownOutput();
      return new String(client.getInputStream().readAllBytes(), US_ASCII);
    }
  }

  /** A client that connects all the time. */
  private static final class Client implements Runnable {
    private final int port;
    private final AtomicInteger answers = new AtomicInteger();
    private final Queue<String> troubles = new ConcurrentLinkedQueue<>();
    private volatile boolean over;

    Client(int port) {
      this.port = port;
    }

    @Override
    public void run() {
      for (int i = 0; !over; i++) {
        String line = "line " + i + "\n";
        try {
          String answer = ask(port, line);
          if (!answer.equals(line)) {
            troubles.add("answer to " + line + ": " + answer);
          }
        } catch (IOException e) {
          troubles.add(e.toString());
        }
        answers.incrementAndGet();
      }
    }

    void awaitAnswers(int more) {
      int wanted = answers.get() + more;
      await().atMost(ServerProcess.PATIENCE).until(() -> answers.get() >= wanted);
    }
  }

  private static List<ProcessHandle> servers(ServerProcess holder) {
    return ProcessHandle.of(holder.pid()).orElseThrow().children().toList();
  }

  /** Ends the holder and its server, which would outlive the holder. */
  private static void end(ServerProcess holder) throws Exception {
    holder.signal("STOP"); // it starts no other server
    List<ProcessHandle> servers = servers(holder);
    holder.signal("KILL");
    for (ProcessHandle server : servers) {
      server.destroyForcibly();
      server.onExit().get();
    }
  }

  @ParameterizedTest
  @EnumSource
  void portOutlivesTheProcessAndNoClientIsRefusedOrReset(Framework framework) throws Exception {
    int port = Ports.free();
    Launch launch = launch(framework, activate(port, "sh", "-c", HOLDER, "sh"));
    try (var holder = launch.start()) {
      holder.err().await("Listening on", ServerProcess.PATIENCE);
      var client = new Client(port);
      Thread clients = Thread.ofPlatform().start(client);
      var lives = new ArrayList<Long>();
      try {
        client.awaitAnswers(ANSWERS_BETWEEN);
        for (int i = 0; i < RESTARTS; i++) {
          ProcessHandle server = servers(holder).getFirst();
          assertThat(lives).doesNotContain(server.pid());
          lives.add(server.pid());
          assertThat(server.destroy()).isTrue(); // SIGTERM
          server.onExit().get();
          client.awaitAnswers(ANSWERS_BETWEEN);
        }
      } finally {
        client.over = true;
        clients.join(Duration.ofSeconds(60));
        end(holder);
      }
      System.out.printf(
          "%s: %d lives, %d answers%n", framework, RESTARTS + 1, client.answers.get());
      assertThat(client.troubles).isEmpty();
      assertThat(holder.out().all())
          .anyMatch(line -> line.contains("listening on 127.0.0.1:" + port));
    }
  }

  /** A client waits meanwhile: the socket stays open. */
  @Test
  void oneServerOfAProcessHasTheSocketAndTheOtherTakesItWhenTheFirstGoes() throws Exception {
    int port = Ports.free();
    Launch launch = launch(Framework.FELIX, activate(port, "sh", "-c", KEEPS_OUTPUT, "sh"));
    Files.copy(configuration(launch, "echo"), configuration(launch, "other"));
    try (var server = launch.start()) {
      server.err().await("Listening on", ServerProcess.PATIENCE);
      assertThat(ask(port, "first")).isEqualTo("first");
      String second =
          server
              .awaitLog(
                  "(echo|other): cannot listen at inherited: "
                      + "the inherited socket is in use by another server of this process")
              .group(1);
      Files.delete(configuration(launch, second.equals("echo") ? "other" : "echo"));
      server.awaitLog(second + ": listening on 127.0.0.1:" + port);
      assertThat(ask(port, "second")).isEqualTo("second");
    }
  }

  /** As with {@code StandardOutput=socket}: no line reaches a client, and the server goes on. */
  @Test
  void standardOutputThatIsTheListeningSocketHarmsNobody() throws Exception {
    int port = Ports.free();
    try (var server = launch(Framework.FELIX, activate(port, "--inetd")).start()) {
      server.err().await("Listening on", ServerProcess.PATIENCE);
      for (int i = 0; i < 100; i++) {
        assertThat(ask(port, "line " + i)).isEqualTo("line " + i);
      }
    }
  }

  /** As with {@code Accept=yes}: the server would listen at a connection. */
  @Test
  void processForOneConnectionSaysThatItWantsAListeningSocketAndWritesNothingToTheClient()
      throws Exception {
    int port = Ports.free();
    try (var server = launch(Framework.FELIX, activate(port, "--accept", "--inetd")).start()) {
      server.err().await("Listening on", ServerProcess.PATIENCE);
      assertThat(ask(port, "")).isEmpty();
      server.err().await("standard input is a connection", ServerProcess.PATIENCE);
    }
  }

  @Test
  void pageShowsTheSocketsUnitAsItIs() throws Exception {
    assertThat(Files.readString(UNITS.resolve("../../docs/systemd-containers.md")))
        .contains(Files.readString(UNITS.resolve("thousandisland.socket")));
  }

  /** Its program is tried by DistributionTest. */
  @Test
  void unitsAreSound() throws Exception {
    Path service = home.resolve("thousandisland.service");
    String unit = Files.readString(UNITS.resolve(service.getFileName()));
    assertThat(unit).contains("\nExecStart=" + PROGRAM + " ");
    Files.writeString(service, unit.replace(PROGRAM, "/bin/true"));
    Path socket = home.resolve("thousandisland.socket");
    Files.copy(UNITS.resolve(socket.getFileName()), socket);
    assertThat(Systemd.complaintsAbout(service, socket)).isEmpty();
  }
}
