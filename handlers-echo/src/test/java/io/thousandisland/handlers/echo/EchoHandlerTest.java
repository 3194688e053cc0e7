package io.thousandisland.handlers.echo;

import static org.assertj.core.api.Assertions.assertThat;

import io.thousandisland.runtime.server.Engine;
import io.thousandisland.runtime.server.HandlerFacts;
import io.thousandisland.runtime.server.ServerNode;
import io.thousandisland.runtime.server.ServerSettings;
import io.thousandisland.runtime.server.Telemetry;
import io.thousandisland.server.Drained;
import io.thousandisland.server.Status;
import io.thousandisland.transport.tcp.TcpTransport;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** RFC 862 on a real socket. */
class EchoHandlerTest {

  private final Engine engine = new Engine();
  private final ServerNode server = new ServerNode(settings(), new Telemetry(), engine);

  private static ServerSettings settings() {
    ServerSettings defaults = ServerSettings.defaults("echo");
    return defaults.with(
        defaults.timeouts().withDrain(Duration.ofSeconds(20), Duration.ofSeconds(5)));
  }

  @BeforeEach
  void serve() {
    server.transport("tcp", new TcpTransport());
    server.serve(new HandlerFacts("echo", "1.0.0", 1, 0, true), new EchoHandler());
    server.start();
    Awaitility.await().until(server::status, Status.RUNNING::equals);
  }

  @AfterEach
  void stop() {
    server.stop().join();
    engine.close();
  }

  private Socket connect() throws IOException {
    int port = ((InetSocketAddress) server.info().address().orElseThrow()).getPort();
    var socket = new Socket(InetAddress.getLoopbackAddress(), port);
    socket.setSoTimeout(20_000);
    return socket;
  }

  private static byte[] echo(Socket client, byte[] sent) throws Exception {
    CompletableFuture<Void> sending =
        CompletableFuture.runAsync(
            () -> {
              try {
                client.getOutputStream().write(sent);
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            });
    byte[] got = client.getInputStream().readNBytes(sent.length);
    sending.get(20, TimeUnit.SECONDS);
    return got;
  }

  @Test
  void whateverComesInGoesBack() throws Exception {
    byte[] much = new byte[3_000_000];
    new Random(862).nextBytes(much);
    try (Socket client = connect()) {
      assertThat(echo(client, new byte[] {0})).containsExactly(0);
      assertThat(echo(client, much)).isEqualTo(much);
    }
  }

  @Test
  void peerThatHalfClosesGetsAllItSentAndThenTheEnd() throws Exception {
    try (Socket client = connect()) {
      client.getOutputStream().write("bye".getBytes(StandardCharsets.UTF_8));
      client.shutdownOutput();
      assertThat(client.getInputStream().readAllBytes())
          .isEqualTo("bye".getBytes(StandardCharsets.UTF_8));
    }
  }

  @Test
  void drainLetsAConversationGoOnUntilItIsQuiet() throws Exception {
    try (Socket client = connect()) {
      echo(client, new byte[] {1});
      CompletableFuture<Drained> drain = server.drain().result();
      Awaitility.await().until(server::status, Status.DRAINING::equals);

      assertThat(echo(client, new byte[] {2})).containsExactly(2);
      assertThat(client.getInputStream().read()).isEqualTo(-1);

      Drained drained = drain.get(20, TimeUnit.SECONDS);
      assertThat(drained.graceful()).isEqualTo(1);
      assertThat(drained.took()).isLessThan(Duration.ofSeconds(20));
    }
  }
}
