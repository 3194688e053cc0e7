// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.transport.tls;

import static io.thousandisland.transport.tls.TlsFixture.bytes;
import static io.thousandisland.transport.tls.TlsFixture.connect;
import static io.thousandisland.transport.tls.TlsFixture.echo;
import static io.thousandisland.transport.tls.TlsFixture.text;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.thousandisland.handler.Next;
import io.thousandisland.handler.Socket;
import io.thousandisland.telemetry.Ending;
import io.thousandisland.telemetry.TelemetryEvent;
import io.thousandisland.testing.TestServer;
import io.thousandisland.tls.ClientHello;
import io.thousandisland.tls.HelloAnswer;
import io.thousandisland.tls.HelloInspector;
import io.thousandisland.transport.tls.TlsFixture.Echo;
import io.thousandisland.transport.tls.handshake.Terms;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Handshakes that succeed, fail, stall, or never were any. */
@ParameterizedClass(name = "nonblocking {0}")
@ValueSource(booleans = {false, true})
@Timeout(60)
class TlsHandshakeTest {

  private final TlsFixture tls;

  TlsHandshakeTest(boolean nonblocking) {
    tls = new TlsFixture(nonblocking);
  }

  @AfterEach
  void close() {
    tls.close();
  }

  // ---- facts

  /** Says at the beginning what it knows. */
  private static final class Facts extends Echo {
    @Override
    public Next<Integer> handleConnection(Socket socket) throws Exception {
      ends.add(
          socket.secure()
              + " "
              + socket.serverName().orElse("-")
              + " "
              + socket.applicationProtocol().orElse("-")
              + " "
              + socket.peerCertificates().size());
      return super.handleConnection(socket);
    }
  }

  private static void names(SSLSocket client, @Nullable String name, String... protocols) {
    var parameters = client.getSSLParameters();
    parameters.setServerNames(name == null ? List.of() : List.of(new SNIHostName(name)));
    parameters.setApplicationProtocols(protocols);
    client.setSSLParameters(parameters);
  }

  @ParameterizedTest
  @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
  void k5HandlerSeesNameAndProtocol(String protocol) throws Exception {
    var handler = new Facts();
    var parameters = TestTerms.EC.parameters();
    parameters.setApplicationProtocols(new String[] {"b", "a"});
    var terms = new Terms(TestTerms.EC.server, parameters, name -> true, null);
    try (var server = tls.tls(handler, () -> terms).start();
        var client = connect(server, protocol)) {
      names(client, "LocalHost", "a", "b");
      client.startHandshake();
      assertThat(handler.next()).isEqualTo("true localhost b 0");
      assertThat(client.getApplicationProtocol()).isEqualTo("b");
    }
  }

  @Test
  void k5ClientThatNamesNothingIsServed() throws Exception {
    var handler = new Facts();
    try (var server = tls.server(handler);
        var client = connect(server)) {
      names(client, null);
      client.startHandshake();
      assertThat(handler.next()).isEqualTo("true - - 0");
    }
  }

  @ParameterizedTest
  @CsvSource({"TLSv1.2, secp384r1", "TLSv1.3, secp384r1", "TLSv1.3, x25519"})
  void k5HandlerSeesProtocolCipherAndGroup(String protocol, String group) throws Exception {
    var handler =
        new Echo() {
          @Override
          public Next<Integer> handleConnection(Socket socket) throws Exception {
            ends.add(String.valueOf(socket.tls().orElse(null)));
            return super.handleConnection(socket);
          }
        };
    try (var server = tls.server(handler);
        var client = connect(server, protocol)) {
      var parameters = client.getSSLParameters();
      // the certificate's group, too, which a client of TLS 1.2 has to name
      parameters.setNamedGroups(new String[] {group, "secp256r1"});
      client.setSSLParameters(parameters);
      client.startHandshake();
      assertThat(handler.next())
          .contains("protocol=" + protocol)
          .contains("cipherSuite=" + client.getSession().getCipherSuite())
          .contains(group);
    }
  }

  // ---- refusals

  private static String failure(TestServer server) throws InterruptedException {
    var stopped = server.events().await(TelemetryEvent.ConnectionStopped.class);
    assertThat(server.events().of(TelemetryEvent.ConnectionStopped.class)).hasSize(1);
    assertThat(server.events().of(TelemetryEvent.ConnectionReady.class)).isEmpty();
    return stopped.ending() instanceof Ending.Failed failed
        ? String.valueOf(failed.reason().getMessage())
        : stopped.ending().toString();
  }

  @ParameterizedTest
  @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
  void k12ProtocolThatNobodySpeaksIsAnAlert(String protocol) throws Exception {
    var handler = new Echo();
    var parameters = TestTerms.EC.parameters();
    parameters.setApplicationProtocols(new String[] {"b"});
    var terms = new Terms(TestTerms.EC.server, parameters, name -> true, null);
    try (var server = tls.tls(handler, () -> terms).start();
        var client = connect(server, protocol)) {
      names(client, "localhost", "a");
      assertThatThrownBy(client::startHandshake).hasMessageContaining("no_application_protocol");
      assertThat(failure(server)).contains("No matching application layer protocol values");
    }
  }

  @Test
  void k12UnknownNameIsAnAlert() throws Exception {
    var handler = new Echo();
    var terms = TestTerms.EC.terms("localhost"::equals, null);
    try (var server = tls.tls(handler, () -> terms).start();
        var client = connect(server)) {
      names(client, "elsewhere.example");
      assertThatThrownBy(client::startHandshake).hasMessageContaining("unrecognized_name");
      assertThat(failure(server))
          .isEqualTo("the client asked for elsewhere.example, which is not served");
      assertThat(handler.next()).startsWith("error");
    }
  }

  @Test
  void k10CiphersThatHaveNothingInCommonAreAnErrorWithTheAlert() throws Exception {
    var handler = new Echo();
    var parameters = TestTerms.EC.parameters();
    parameters.setCipherSuites(new String[] {"TLS_AES_256_GCM_SHA384"});
    var terms = new Terms(TestTerms.EC.server, parameters, name -> true, null);
    try (var server = tls.tls(handler, () -> terms).start();
        var client = connect(server)) {
      client.setEnabledCipherSuites(new String[] {"TLS_AES_128_GCM_SHA256"});
      assertThatThrownBy(client::startHandshake).hasMessageContaining("handshake_failure");
      assertThat(handler.next())
          .startsWith("error javax.net.ssl.SSLHandshakeException: (handshake_failure)")
          .contains("cipher suites in common");
      assertThat(failure(server)).contains("cipher suites in common");
    }
  }

  // ---- the inspector

  private TestServer inspected(Echo handler, HelloInspector inspector) throws Exception {
    var terms = TestTerms.EC.terms(name -> true, inspector);
    return tls.tls(handler, () -> terms).start();
  }

  @Test
  void k13InspectorSeesTheGreetingBeforeTheHandshakeGoesOn() throws Exception {
    BlockingQueue<ClientHello> seen = new LinkedBlockingQueue<>();
    HelloInspector inspector =
        hello -> {
          seen.add(hello);
          return HelloAnswer.proceed();
        };
    try (var server = inspected(new Echo(), inspector);
        var client = connect(server, "TLSv1.3", "TLSv1.2")) {
      names(client, "localhost", "x", "y");
      assertThat(echo(client, "hello")).isEqualTo("hello");
      ClientHello hello = seen.take();
      assertThat(hello.serverName()).hasValue("localhost");
      assertThat(hello.applicationProtocols()).containsExactly("x", "y");
      assertThat(hello.versions()).containsExactly(0x0304, 0x0303);
      assertThat(hello.cipherSuites()).contains(0x1301);
      assertThat(hello.groups()).contains(0x001d);
      assertThat(hello.remote()).isEqualTo(client.getLocalSocketAddress());
    }
  }

  @ParameterizedTest
  @CsvSource({
    "REFUSES, access_denied, the client was refused: not today",
    "THROWS, internal_error, the inspector of greetings failed: "
        + "java.lang.IllegalStateException: oh",
    "ANSWERS_NULL, internal_error, the inspector of greetings answered null"
  })
  void k13InspectorMayRefuse(Inspector how, String alert, String reason) throws Exception {
    try (var server = inspected(new Echo(), how);
        var client = connect(server)) {
      assertThatThrownBy(client::startHandshake)
          .isInstanceOf(SSLException.class)
          .hasMessageContaining(alert);
      assertThat(failure(server)).isEqualTo(reason);
    }
  }

  enum Inspector implements HelloInspector {
    REFUSES {
      @Override
      public HelloAnswer inspect(ClientHello hello) {
        return HelloAnswer.refuse("not today");
      }
    },
    THROWS {
      @Override
      public HelloAnswer inspect(ClientHello hello) {
        throw new IllegalStateException("oh");
      }
    },
    ANSWERS_NULL {
      @SuppressWarnings("NullAway") // that is the point
      @Override
      public HelloAnswer inspect(ClientHello hello) {
        return null;
      }
    }
  }

  /** Thinks about the first greeting until a test lets it go on; the others may proceed. */
  private static final class Thinking implements HelloInspector {
    final CountDownLatch goOn = new CountDownLatch(1);
    final AtomicInteger asked = new AtomicInteger();
    private final boolean stubborn;

    Thinking(boolean stubborn) {
      this.stubborn = stubborn;
    }

    @Override
    public HelloAnswer inspect(ClientHello hello) throws InterruptedException {
      if (asked.incrementAndGet() == 1) {
        await();
      }
      return HelloAnswer.proceed();
    }

    private void await() throws InterruptedException {
      for (; ; ) {
        try {
          goOn.await();
          return;
        } catch (InterruptedException e) {
          if (!stubborn) {
            throw e;
          }
        }
      }
    }
  }

  private TestServer inspectedInTime(Echo handler, HelloInspector inspector) throws Exception {
    var terms = TestTerms.EC.terms(name -> true, inspector);
    return tls.tls(handler, () -> terms).set("handshakeTimeout", "1s").start();
  }

  private static java.net.Socket greeting(TestServer server) throws IOException {
    var client = new java.net.Socket("localhost", server.port());
    client.getOutputStream().write(Greetings.ofTheJdk());
    return client;
  }

  @Test
  void k13InspectorThatHangsKeepsItsThreadNoLongerThanItsClientIsThere() throws Exception {
    var handler = new Echo();
    try (var server = inspectedInTime(handler, new Thinking(false));
        var first = greeting(server)) {
      assertThat(handler.next()).startsWith("error").contains("handshakeTimeout");
      assertThat(first.getInputStream().read()).isEqualTo(-1);
      try (var client = connect(server)) {
        assertThat(echo(client, "hello")).isEqualTo("hello");
      }
    }
  }

  @Test
  void handshakesOfClientsThatAreGoneAreNotCalculated() throws Exception {
    var handler = new Echo();
    var inspector = new Thinking(true);
    try (var server = inspectedInTime(handler, inspector);
        var first = greeting(server);
        var second = greeting(server);
        var third = greeting(server)) {
      for (var each : List.of(first, second, third)) {
        assertThat(each.getInputStream().read()).isEqualTo(-1);
        assertThat(handler.next()).startsWith("error").contains("handshakeTimeout");
      }
      inspector.goOn.countDown();
      try (var client = connect(server)) {
        assertThat(echo(client, "hello")).isEqualTo("hello");
      }
      assertThat(inspector.asked).as("the first one's and the last one's").hasValue(2);
    }
  }

  // ---- peers that do not shake hands

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "GET / HTTP/1.1\\r\\n\\r\\n | the peer sent text, as of plain HTTP, where TLS is spoken",
        "\\x00\\x01\\x02 | the peer sent no TLS record, where TLS is spoken",
        "\\x80\\x2e\\x01 | the peer sent a hello of SSL 2, where TLS is spoken",
        "\\x16\\x03\\x01\\xff\\xff | the peer sent a record of 65535 bytes",
        "\\x16\\x03\\x01\\x00\\x04\\x02\\x00\\x00\\x00 "
            + "| the peer sent no ClientHello, but another handshake message",
        "\\x16\\x03\\x01\\x00\\x05\\x01\\x00\\x00\\x01\\x00 | the peer sent a malformed ClientHello",
        "\\x16\\x03\\x01\\x00\\x04\\x01\\xff\\xff\\xff | the peer sent a ClientHello of 16777215 bytes"
      })
  void k9OtherBytesAreOneEventWithTheirReason(String sent, String reason) throws Exception {
    var handler = new Echo();
    try (var server = tls.server(handler);
        var other = connect(server);
        var client = new java.net.Socket("localhost", server.port())) {
      client.getOutputStream().write(unescaped(sent));
      assertThat(handler.next()).startsWith("error").endsWith(reason);
      client.setSoTimeout(10_000);
      byte[] answer = client.getInputStream().readAllBytes();
      assertThat(answer.length).isIn(0, 7); // an alert: a peer that speaks TLS understands it
      assertThat(failure(server)).isEqualTo(reason);
      assertThat(echo(other, "undisturbed")).isEqualTo("undisturbed");
    }
  }

  private static byte[] unescaped(String text) {
    String plain = text.strip().replace("\\r", "\r").replace("\\n", "\n");
    var all = ByteBuffer.allocate(plain.length());
    for (int i = 0; i < plain.length(); i++) {
      if (plain.startsWith("\\x", i)) {
        all.put((byte) Integer.parseInt(plain.substring(i + 2, i + 4), 16));
        i += 3;
      } else {
        all.put((byte) plain.charAt(i));
      }
    }
    byte[] bytes = new byte[all.position()];
    all.flip().get(bytes);
    return bytes;
  }

  /** Asks for bytes in its last callback. */
  private static final class Asking extends Echo {
    @Override
    public void handleError(Throwable reason, Socket socket, Integer state) {
      super.handleError(reason, socket, state);
      try {
        ends.add("got " + UTF_8.decode(socket.receive(Duration.ofMillis(300))));
      } catch (IOException e) {
        ends.add("got nothing");
      }
    }
  }

  @Test
  void e7BytesWithoutAHandshakeReachNoCallback() throws Exception {
    var handler = new Asking();
    try (var server = tls.server(handler);
        var client = new java.net.Socket("localhost", server.port())) {
      client.getOutputStream().write(bytes("GET / HTTP/1.1\r\n"));
      assertThat(handler.next()).startsWith("error").contains("the peer sent text");
      client.getOutputStream().write(bytes("Host: a\r\n\r\n"));
      assertThat(handler.next()).isEqualTo("got nothing");
    }
  }

  @Test
  void e8HandshakeOfEndlessRecordsIsRefused() throws Exception {
    var handler = new Echo();
    try (var server = tls.server(handler);
        var plain = new Flooding(server.port());
        var client = TlsFixture.over(plain, "TLSv1.3")) {
      try {
        client.startHandshake(); // over for the client before it hears of the alert, perhaps
      } catch (IOException refused) {
        // it has heard
      }
      assertThat(handler.next()).startsWith("error").contains("unexpected_message");
    }
  }

  /** A client that sends records of one byte behind its ClientHello: they are allowed there. */
  private static final class Flooding extends AlteringSocket {
    Flooding(int port) throws IOException {
      super(port);
    }

    @Override
    void write(byte[] b, int offset, int length, OutputStream out) throws IOException {
      out.write(b, offset, length);
      for (int i = 0; i < 1000; i++) { // change_cipher_spec, for middle boxes
        out.write(new byte[] {20, 3, 3, 0, 1, 1});
      }
    }
  }

  @Test
  void k8SilentPeerEndsInATimeout() throws Exception {
    var handler = new Echo();
    try (var server =
            tls.tls(handler, TestTerms.EC::terms).set("handshakeTimeout", "300ms").start();
        var client = new java.net.Socket("localhost", server.port())) {
      assertThat(handler.next()).startsWith("error").contains("handshakeTimeout");
      assertThat(client.getInputStream().read()).isEqualTo(-1);
      assertThat(failure(server)).contains("handshakeTimeout");
    }
  }

  @Test
  void k8GreetingByteByByteIsUnderstood() throws Exception {
    try (var server = tls.server(new Echo());
        var client = TlsFixture.over(new Dripping(server.port()))) {
      assertThat(echo(client, "hello")).isEqualTo("hello");
    }
  }

  /** A client that sends each byte on its own. */
  private static final class Dripping extends AlteringSocket {
    Dripping(int port) throws IOException {
      super(port);
    }

    @Override
    void write(byte[] b, int offset, int length, OutputStream out) throws IOException {
      for (int i = offset; i < offset + length; i++) {
        out.write(b[i]);
      }
    }
  }

  private static void reset(java.net.Socket client) throws IOException {
    client.setSoLinger(true, 0);
    client.close();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 100, 10_000})
  void k9ResetInTheHandshakeIsOneEventAndDisturbsNobody(int bytes) throws Exception {
    var handler = new Echo();
    try (var server = tls.server(handler);
        var other = connect(server)) {
      assertThat(echo(other, "hello")).isEqualTo("hello");
      var client = new java.net.Socket("localhost", server.port());
      byte[] greeting = Greetings.ofTheJdk();
      client.getOutputStream().write(greeting, 0, Math.min(bytes, greeting.length));
      if (bytes > greeting.length) {
        assertThat(client.getInputStream().read()).isPositive(); // the answer has come
      }
      reset(client);
      assertThat(handler.next()).startsWith("error");
      var unused = server.events().await(TelemetryEvent.ConnectionStopped.class);
      assertThat(server.events().of(TelemetryEvent.ConnectionStopped.class)).hasSize(1);
      assertThat(echo(other, "undisturbed")).isEqualTo("undisturbed");
    }
  }

  // ---- behind the handshake

  @ParameterizedTest
  @CsvSource({
    "TLSv1.2, Tag mismatch",
    "TLSv1.3, Tag mismatch",
  })
  void recordThatWasTamperedWithIsAnErrorAndDisturbsNobody(String protocol, String reason)
      throws Exception {
    var handler = new Echo();
    try (var server = tls.server(handler);
        var other = connect(server);
        var plain = new java.net.Socket("localhost", server.port());
        var client = TlsFixture.over(plain, protocol)) {
      assertThat(echo(client, "hello")).isEqualTo("hello");
      byte[] record = new byte[5 + 64];
      System.arraycopy(new byte[] {23, 3, 3, 0, 64}, 0, record, 0, 5);
      plain.getOutputStream().write(record);
      assertThat(handler.next()).startsWith("error").contains(reason);
      assertThat(echo(other, "undisturbed")).isEqualTo("undisturbed");
    }
  }

  @Test
  void recordThatIsTooLongIsAnError() throws Exception {
    var handler = new Echo();
    try (var server = tls.server(handler);
        var plain = new java.net.Socket("localhost", server.port());
        var client = TlsFixture.over(plain)) {
      assertThat(echo(client, "hello")).isEqualTo("hello");
      plain.getOutputStream().write(new byte[] {23, 3, 3, (byte) 0xff, (byte) 0xff, 1, 2, 3});
      assertThat(handler.next()).startsWith("error").contains("Input record too big");
    }
  }

  @Test
  void h5PeerThatStopsInTheMiddleOfARecordIsIdle() throws Exception {
    var handler = new Echo();
    try (var server = tls.tls(handler, TestTerms.EC::terms).set("readTimeout", "500ms").start();
        var plain = new java.net.Socket("localhost", server.port());
        var client = TlsFixture.over(plain)) {
      assertThat(echo(client, "hello")).isEqualTo("hello");
      plain.getOutputStream().write(new byte[] {23, 3, 3, 0, 64, 1, 2, 3});
      assertThat(handler.next()).isEqualTo("timeout");
    }
  }

  @Test
  void noRenegotiationInTls12() throws Exception {
    var handler = new Echo();
    try (var server = tls.server(handler);
        var client = connect(server, "TLSv1.2")) {
      assertThat(echo(client, "hello")).isEqualTo("hello");
      assertThatThrownBy(
              () -> {
                client.startHandshake();
                echo(client, "again");
              })
          .isInstanceOf(IOException.class);
      assertThat(handler.next()).startsWith("error").contains("renegotiation");
    }
  }

  @Test
  void keyUpdatesOfTls13AreAnswered() throws Exception {
    try (var server = tls.server(new Echo());
        var client = connect(server, "TLSv1.3")) {
      for (int i = 0; i < 300; i++) {
        assertThat(echo(client, "hello")).isEqualTo("hello");
        client.startHandshake(); // a key update that asks for one
      }
    }
  }

  @Test
  void keyUpdatesWithoutAByteInBetweenEndTheConnection() throws Exception {
    var handler = new Echo();
    try (var server = tls.server(handler);
        var client = connect(server, "TLSv1.3")) {
      assertThat(echo(client, "hello")).isEqualTo("hello");
      try {
        for (int i = 0; i < 1000; i++) {
          client.startHandshake();
        }
      } catch (IOException closed) {
        // meanwhile
      }
      assertThat(handler.next()).startsWith("error").contains("101 records without a byte");
    }
  }

  @Test
  void manyClientsAtOnceAreAllServed() throws Exception {
    try (var server = tls.server(new Echo())) {
      var clients = new ArrayList<Thread>();
      var served = new LinkedBlockingQueue<String>();
      for (int i = 0; i < 60; i++) {
        String word = "w" + i;
        clients.add(
            Thread.startVirtualThread(
                () -> {
                  try (var client = connect(server)) {
                    served.add(echo(client, word));
                  } catch (IOException e) {
                    served.add(e.toString());
                  }
                }));
      }
      for (Thread client : clients) {
        client.join();
      }
      assertThat(served).hasSize(60).allMatch(word -> word.startsWith("w"));
    }
  }

  @Test
  void bytesRightBehindTheHandshakeAreRead() throws Exception {
    try (var server = tls.server(new Echo());
        var client = connect(server)) {
      client.getOutputStream().write(bytes("early"));
      assertThat(text(client.getInputStream().readNBytes(5))).isEqualTo("early");
    }
  }
}
