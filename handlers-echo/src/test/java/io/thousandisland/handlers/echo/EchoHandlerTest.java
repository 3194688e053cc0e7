// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.handlers.echo;

import static org.assertj.core.api.Assertions.assertThat;

import io.thousandisland.server.Drained;
import io.thousandisland.server.Status;
import io.thousandisland.telemetry.TelemetryEvent;
import io.thousandisland.testing.TestClient;
import io.thousandisland.testing.TestServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** RFC 862 on a real socket. */
class EchoHandlerTest {

  @AutoClose private TestServer server;

  @BeforeEach
  void serve() throws Exception {
    server =
        TestServer.serving(new EchoHandler())
            .nonblocking()
            .set("drainTimeout", "20s")
            .set("shutdownTimeout", "5s")
            .start();
  }

  private static byte[] echo(TestClient client, byte... sent) throws Exception {
    CompletableFuture<Void> sending =
        CompletableFuture.runAsync(
            () -> {
              try {
                client.send(sent);
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            });
    byte[] got = client.read(sent.length);
    sending.get(20, TimeUnit.SECONDS);
    return got;
  }

  @Test
  void whateverComesInGoesBack() throws Exception {
    byte[] much = new byte[3_000_000];
    new Random(862).nextBytes(much);
    try (var client = server.connect()) {
      assertThat(echo(client, (byte) 0)).containsExactly(0);
      assertThat(echo(client, much)).isEqualTo(much);
    }
  }

  @Test
  void peerThatHalfClosesGetsAllItSentAndThenTheEnd() throws Exception {
    try (var client = server.connect()) {
      client.send("bye");
      client.halfClose();
      assertThat(client.readToEnd()).asString().isEqualTo("bye");
    }
  }

  @Test
  void drainLetsAConversationGoOnUntilItIsQuiet() throws Exception {
    try (var client = server.connect()) {
      echo(client, (byte) 1);
      CompletableFuture<Drained> drain = server.server().drain().result();
      server
          .events()
          .await(TelemetryEvent.StatusChanged.class, event -> event.to() == Status.DRAINING);

      assertThat(echo(client, (byte) 2)).containsExactly(2);
      assertThat(client.readToEnd()).isEmpty();

      Drained drained = drain.get(20, TimeUnit.SECONDS);
      assertThat(drained.graceful()).isEqualTo(1);
      assertThat(drained.took()).isLessThan(Duration.ofSeconds(20));
    }
  }
}
