// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The example gateway, whose operator gives it a backend that is not there, and other backends. */
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

  @ParameterizedTest
  @EnumSource
  void anotherBackendServesNewClientsWhileOpenTunnelsAndALoadGoOn(Framework framework)
      throws Exception {
    try (var a = new Letter('a');
        var b = new Letter('b')) {
      Launch launch = launch(framework, a.address());
      try (var server = launch.start();
          var control = Control.of(server)) {
        control.install(Examples.jar("gateway"));
        int port = server.port("gateway");
        try (var open = new Client(port);
            var load = new Load(port)) {
          assertThat(open.ask("?")).isEqualTo("a");
          configure(launch, "backend = " + b.address());
          await("the other backend").until(() -> letter(port).equals("b"));
          assertThat(open.ask("?")).isEqualTo("a");

          configure(launch, "backend = nowhere");
          server.awaitLog("backend is nowhere; allowed: HOST:PORT");
          assertThat(open.ask("?")).isEqualTo("a");
          assertThat(letter(port)).isEqualTo("b");

          configure(launch, "backend = " + a.address());
          await("the first backend").until(() -> letter(port).equals("a"));
          assertThat(open.ask("?")).isEqualTo("a");
          load.lostNothing();
        }
      }
    }
  }

  /** Clients that come one after the other, until the end. Each must get a letter. */
  private static final class Load implements AutoCloseable {
    private final AtomicBoolean over = new AtomicBoolean();
    private final StringBuffer letters = new StringBuffer();
    private final StringBuffer failures = new StringBuffer();
    private final Thread thread;

    Load(int port) {
      thread =
          Thread.ofPlatform()
              .start(
                  () -> {
                    while (!over.get()) {
                      try {
                        String one = letter(port);
                        (one.isEmpty() ? failures : letters).append(one.isEmpty() ? "end " : one);
                      } catch (IOException e) {
                        failures.append(e).append(' ');
                      }
                    }
                  });
    }

    void lostNothing() throws InterruptedException {
      over.set(true);
      thread.join();
      assertThat(failures).isEmpty();
      assertThat(letters).contains("ab").contains("ba");
    }

    @Override
    public void close() {
      over.set(true);
    }
  }
}
