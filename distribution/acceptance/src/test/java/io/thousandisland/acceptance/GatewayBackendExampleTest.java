package io.thousandisland.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The example gateway, whose operator gives it a backend that is not there. */
@Timeout(300)
class GatewayBackendExampleTest {

  private static final InetAddress HERE = InetAddress.getLoopbackAddress();

  @TempDir Path home;

  /** A backend that answers each connection's first byte with its own letter, again and again. */
  private static final class Letter implements AutoCloseable {
    private final ServerSocket listening = new ServerSocket(0, 50, HERE);
    private final char letter;

    Letter(char letter) throws IOException {
      this.letter = letter;
      Thread unused = Thread.ofVirtual().start(this::serve);
    }

    private void serve() {
      try {
        for (; ; ) {
          Socket client = listening.accept();
          Thread unused = Thread.ofVirtual().start(() -> answer(client));
        }
      } catch (IOException end) {
        // of the test
      }
    }

    private void answer(Socket client) {
      try (client) {
        while (client.getInputStream().read() >= 0) {
          client.getOutputStream().write(letter);
        }
      } catch (IOException end) {
        // of the test
      }
    }

    String address() {
      return "127.0.0.1:" + listening.getLocalPort();
    }

    @Override
    public void close() throws IOException {
      listening.close();
    }
  }

  private Launch launch(Framework framework, String backend) throws IOException {
    Launch launch = Launch.of(framework, home);
    Control.deploy(launch);
    Files.write(
        launch.deploy().resolve("io.thousandisland.server-gateway.cfg"),
        List.of("port = 0", "handler.target = (handler.name=gateway)", "drainTimeout = 40s"));
    configure(launch, "backend = " + backend);
    return launch;
  }

  private static void configure(Launch launch, String line) throws IOException {
    Files.write(launch.deploy().resolve("io.thousandisland.examples.gateway.cfg"), List.of(line));
  }

  private static String letter(int gateway) throws IOException {
    try (var client = new Client(gateway)) {
      return client.askUntilTheEnd("?");
    }
  }

  @ParameterizedTest
  @EnumSource
  void operatorReadsOnceThatNobodyIsAtTheBackendAndItsClientsEnd(Framework framework)
      throws Exception {
    String nobody;
    try (var gone = new Letter('-')) {
      nobody = gone.address();
    }
    Launch launch = launch(framework, nobody);
    try (var server = launch.start();
        var control = Control.of(server)) {
      control.install(Examples.jar("gateway"));
      int port = server.port("gateway");
      for (int i = 0; i < 5; i++) {
        assertThat(letter(port)).isEmpty();
      }
      server.awaitLog("WARN.*no connection to " + nobody + ": .*Connection refused");
      assertThat(server.out().all())
          .filteredOn(line -> line.contains("WARN") && line.contains(nobody))
          .hasSize(1);
      server.saidNoStackTraceOfOurs();
    }
  }
}
