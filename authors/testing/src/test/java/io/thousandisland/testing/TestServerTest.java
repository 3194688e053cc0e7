// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.thousandisland.handler.Handler;
import io.thousandisland.handler.Next;
import io.thousandisland.handler.Socket;
import io.thousandisland.server.Drained;
import io.thousandisland.server.Status;
import io.thousandisland.telemetry.Ending;
import io.thousandisland.telemetry.TelemetryEvent;
import java.io.EOFException;
import java.net.ConnectException;
import java.net.ServerSocket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class TestServerTest {

  @AutoClose private TestServer server;

  @BeforeEach
  void serve() throws Exception {
    server = TestServer.serving(new LineHandler("one")).set("drainTimeout", "2s").start();
  }

  @Test
  void clientAsksAndTheHandlerAnswers() throws Exception {
    try (var client = server.connect()) {
      assertThat(client.ask("a")).isEqualTo("one 1 a");
      client.send("b\nc\r\n");
      assertThat(client.line()).isEqualTo("one 2 b");
      assertThat(client.line()).isEqualTo("one 3 c");
    }
  }

  @Test
  void connectionGoesOnWithTheHandlerThatReplacesInTheMiddleOfALine() throws Exception {
    try (var client = server.connect()) {
      assertThat(client.ask("a")).isEqualTo("one 1 a");
      client.send("half a ");
      Drained drained = server.replace(new LineHandler("two"));
      assertThat(client.ask("line")).isEqualTo("two 2 half a line");
      assertThat(drained.migrated()).isEqualTo(1);
      var migrated = server.events().await(TelemetryEvent.ConnectionMigrated.class);
      assertThat(migrated.to()).isEqualTo(2);
    }
  }

  /** Sends a file for each piece of data. */
  private record Sending(Path file) implements Handler<Void> {
    @Override
    public Next<Void> handleData(ByteBuffer data, Socket socket, Void state) throws Exception {
      data.position(data.limit());
      socket.sendFile(file);
      return Next.proceed(state);
    }
  }

  @Test
  void handlerSendsAFileAndTheClientReadsIt(@TempDir Path folder) throws Exception {
    Path file = Files.writeString(folder.resolve("file"), "from a file\n");
    try (var other = TestServer.serving(new Sending(file)).start();
        var client = other.connect()) {
      assertThat(client.ask("go")).isEqualTo("from a file");
    }
  }

  @Test
  void handlerSeesTheOptionsThatWereSet() throws Exception {
    try (var other = TestServer.serving(new LineHandler("x")).set("option.suffix", "!").start();
        var client = other.connect()) {
      assertThat(client.ask("a")).isEqualTo("x 1 a!");
    }
  }

  @Test
  void clientWaitsWhileThereIsNoHandler() throws Exception {
    server.withdraw();
    assertThat(server.server().status()).isEqualTo(Status.WAITING);
    try (var client = server.connect()) {
      client.within(Duration.ofMillis(100)).send("a\n");
      assertThatThrownBy(client::line).isInstanceOf(SocketTimeoutException.class);
      server.serve(new LineHandler("two"));
      assertThat(client.within(Duration.ofSeconds(20)).line()).isEqualTo("two 1 a");
    }
  }

  @Test
  void drainEndsConnectionsAndIsReported() throws Exception {
    try (var client = server.connect()) {
      assertThat(client.ask("a")).isEqualTo("one 1 a");
      Drained drained = server.server().drain().result().get(20, TimeUnit.SECONDS);
      assertThat(drained.graceful()).isEqualTo(1);
      assertThat(client.line()).isNull();
      assertThat(server.events().await(TelemetryEvent.DrainEnded.class).result())
          .isEqualTo(drained);
    }
  }

  @Test
  void failureOfAHandlerIsAnEvent() throws Exception {
    try (var client = server.connect()) {
      client.send("fail\n");
      assertThat(client.readToEnd()).isEmpty();
    }
    var stopped =
        server
            .events()
            .await(
                TelemetryEvent.ConnectionStopped.class,
                event -> event.ending() instanceof Ending.Failed);
    assertThat(((Ending.Failed) stopped.ending()).reason()).hasMessage("on purpose");
    assertThat(server.events().of(TelemetryEvent.ConnectionStopped.class)).containsExactly(stopped);
  }

  @Test
  void eventsOfASingleReceiveAreLeftOut() throws Exception {
    try (var client = server.connect()) {
      client.ask("a");
    }
    server.events().await(TelemetryEvent.ConnectionStopped.class);
    assertThat(server.events().all()).noneMatch(TelemetryEvent.Received.class::isInstance);
  }

  @Test
  void clientHalfClosesAndReadsTheRest() throws Exception {
    try (var client = server.connect()) {
      client.send("a\nb\n");
      client.halfClose();
      assertThat(client.read(8)).asString().isEqualTo("one 1 a\n");
      assertThat(client.readToEnd()).asString().isEqualTo("one 2 b\n");
      assertThatThrownBy(() -> client.read(1)).isInstanceOf(EOFException.class);
    }
  }

  @Test
  void resetOfTheClientIsTheEndOfTheConnection() throws Exception {
    var client = server.connect();
    client.ask("a");
    client.reset();
    server.events().await(TelemetryEvent.ConnectionStopped.class);
  }

  @Test
  void handlerThatPromisesNotToBlockIsServedOnAPoller() throws Exception {
    try (var quick = TestServer.serving(new LineHandler("quick")).nonblocking().start();
        var client = quick.connect()) {
      assertThat(client.ask("a")).isEqualTo("quick 1 a");
      assertThat(quick.server().info().generations().getFirst().handler()).isNotNull();
    }
  }

  @Test
  void wrongKeysAndValuesAreNamed() {
    assertThatThrownBy(
            () ->
                TestServer.serving(new LineHandler("never"))
                    .set("readTimout", "2s")
                    .set("drainTimeout", "soon")
                    .start())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("unknown key readTimout; did you mean readTimeout?")
        .hasMessageContaining("drainTimeout is soon; allowed: ");
  }

  @Test
  void serverThatCannotListenSaysWhy() throws Exception {
    try (var taken = new ServerSocket(0)) {
      assertThatThrownBy(
              () ->
                  TestServer.serving(new LineHandler("never"))
                      .set("host", "0.0.0.0")
                      .set("port", taken.getLocalPort())
                      .start())
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining(":" + taken.getLocalPort());
    }
  }

  @Test
  void closedServerListensNoMore() throws Exception {
    int port = server.port();
    server.close();
    assertThatThrownBy(() -> new TestClient(port)).isInstanceOf(ConnectException.class);
  }
}
