// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.transport.tls;

import static io.thousandisland.transport.tls.TlsFixture.bytes;
import static io.thousandisland.transport.tls.TlsFixture.connect;
import static io.thousandisland.transport.tls.TlsFixture.echo;
import static io.thousandisland.transport.tls.TlsFixture.text;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.thousandisland.handler.Counters;
import io.thousandisland.handler.Next;
import io.thousandisland.handler.Socket;
import io.thousandisland.telemetry.TelemetryEvent;
import io.thousandisland.transport.tls.TlsFixture.Bye;
import io.thousandisland.transport.tls.TlsFixture.Echo;
import io.thousandisland.transport.tls.TlsFixture.Once;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Bytes over TLS in both directions, and their ends. */
@ParameterizedClass(name = "nonblocking {0}")
@ValueSource(booleans = {false, true})
@Timeout(60)
class TlsSocketTest {

  private final TlsFixture tls;

  TlsSocketTest(boolean nonblocking) {
    tls = new TlsFixture(nonblocking);
  }

  @AfterEach
  void close() {
    tls.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
  void k1EchoOverTls(String protocol) throws Exception {
    try (var server = tls.server(new Echo());
        var client = connect(server, protocol)) {
      assertThat(echo(client, "hello")).isEqualTo("hello");
      assertThat(client.getSession().getProtocol()).isEqualTo(protocol);
    }
  }

  private static void write(SSLSocket client, byte[] bytes) {
    try {
      client.getOutputStream().write(bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
  void k1MebibytesGoBothWaysAndArriveAsTheyWere(String protocol) throws Exception {
    byte[] all = new byte[20 << 20];
    new Random(1).nextBytes(all);
    try (var server = tls.server(new Echo());
        var client = connect(server, protocol)) {
      client.startHandshake();
      var writer = Thread.startVirtualThread(() -> write(client, all));
      byte[] back = client.getInputStream().readNBytes(all.length);
      assertThat(Arrays.mismatch(back, all)).isEqualTo(-1);
      writer.join();
    }
  }

  @Test
  void k1ReceiveTakesAsManyBytesAsItIsAskedFor() throws Exception {
    var handler =
        new Echo() {
          @Override
          public Next<Integer> handleConnection(Socket socket) throws Exception {
            socket.send(socket.receive(3));
            socket.send(socket.receive(5));
            return Next.proceed(0);
          }
        };
    try (var server = tls.server(handler);
        var client = connect(server)) {
      client.getOutputStream().write(bytes("abcdefghijk"));
      assertThat(text(client.getInputStream().readNBytes(11))).isEqualTo("abcdefghijk");
    }
  }

  /** The bytes are the handler's, not the encrypted ones. */
  @ParameterizedTest
  @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
  void k3k4ConnectionHasOneStartAndOneStopWithTheBytesOfTheHandler(String protocol)
      throws Exception {
    try (var server = tls.server(new Once());
        var client = connect(server, protocol)) {
      assertThat(echo(client, "hello")).isEqualTo("hello");
      assertThat(client.getInputStream().read()).isEqualTo(-1);
      var stopped = server.events().await(TelemetryEvent.ConnectionStopped.class);
      assertThat(stopped.counters()).isEqualTo(new Counters(5, 1, 5, 1));
      assertThat(server.events().of(TelemetryEvent.ConnectionStarted.class)).hasSize(1);
      assertThat(server.events().of(TelemetryEvent.ConnectionReady.class)).hasSize(1);
      assertThat(server.events().of(TelemetryEvent.ConnectionStopped.class)).hasSize(1);
    }
  }

  // ---- ends

  private String afterHalfClose(Bye handler, String protocol) throws Exception {
    try (var server = tls.server(handler);
        var client = connect(server, protocol)) {
      assertThat(echo(client, "hello")).isEqualTo("hello");
      client.shutdownOutput();
      assertThat(handler.next()).isEqualTo("half-close");
      return text(client.getInputStream().readAllBytes());
    }
  }

  @Test
  void k16PeersHalfCloseIsAnsweredByLastBytesInTls13() throws Exception {
    var handler = new Bye();
    assertThat(afterHalfClose(handler, "TLSv1.3")).isEqualTo("bye");
    assertThat(handler.next()).isEqualTo("close");
  }

  @Test
  void k16PeersCloseEndsBothDirectionsInTls12() throws Exception {
    var handler = new Bye();
    assertThat(afterHalfClose(handler, "TLSv1.2")).isEmpty();
    assertThat(handler.next()).startsWith("error").contains("TLS 1.2 ends both directions");
  }

  @ParameterizedTest
  @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
  void k2EndWithoutACloseNotifyIsAnErrorOfTheHandler(String protocol) throws Exception {
    var handler = new Echo();
    try (var server = tls.server(handler);
        var plain = new java.net.Socket("localhost", server.port());
        var client = TlsFixture.over(plain, protocol)) {
      assertThat(echo(client, "hello")).isEqualTo("hello");
      plain.shutdownOutput();
      assertThat(handler.next()).startsWith("error").contains("without a close_notify");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
  void k2BytesBeforeAnEndWithoutACloseNotifyAreReadFirst(String protocol) throws Exception {
    var handler =
        new Echo() {
          @Override
          public Next<Integer> handleData(ByteBuffer data, Socket socket, Integer state) {
            ends.add(UTF_8.decode(data).toString());
            return Next.proceed(state);
          }
        };
    try (var server = tls.server(handler);
        var plain = new java.net.Socket("localhost", server.port());
        var client = TlsFixture.over(plain, protocol)) {
      client.getOutputStream().write(bytes("last"));
      plain.shutdownOutput();
      assertThat(handler.next()).isEqualTo("last");
      assertThat(handler.next()).startsWith("error").contains("without a close_notify");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
  void k2CloseByTheHandlerIsACloseNotifyForThePeer(String protocol) throws Exception {
    var handler = new Once();
    try (var server = tls.server(handler);
        var client = connect(server, protocol)) {
      client.getOutputStream().write(bytes("last"));
      // without a close_notify this fails: com.sun.net.ssl.requireCloseNotify is set
      assertThat(text(client.getInputStream().readAllBytes())).isEqualTo("last");
      assertThat(handler.next()).isEqualTo("close");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
  void h2LastMebibytesArriveBeforeTheEnd(String protocol) throws Exception {
    byte[] all = new byte[8 << 20];
    new Random(2).nextBytes(all);
    var handler =
        new Echo() {
          @Override
          public Next<Integer> handleData(ByteBuffer data, Socket socket, Integer state)
              throws IOException {
            data.position(data.limit());
            socket.send(all);
            return Next.close(state);
          }
        };
    try (var server = tls.server(handler);
        var client = connect(server, protocol)) {
      client.getOutputStream().write(bytes("go"));
      byte[] got = client.getInputStream().readAllBytes();
      assertThat(Arrays.mismatch(got, all)).isEqualTo(-1);
    }
  }
}
