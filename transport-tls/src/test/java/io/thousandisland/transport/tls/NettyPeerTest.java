// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.transport.tls;

import static io.thousandisland.transport.tls.TlsFixture.bytes;
import static io.thousandisland.transport.tls.TlsFixture.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolConfig.Protocol;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectedListenerFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectorFailureBehavior;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.thousandisland.handler.Next;
import io.thousandisland.handler.Socket;
import io.thousandisland.telemetry.Ending;
import io.thousandisland.telemetry.TelemetryEvent;
import io.thousandisland.testing.TestServer;
import io.thousandisland.transport.tls.TlsFixture.Bye;
import io.thousandisland.transport.tls.TlsFixture.Echo;
import io.thousandisland.transport.tls.TlsFixture.Once;
import io.thousandisland.transport.tls.certificates.Pki;
import io.thousandisland.transport.tls.certificates.Pki.Issued;
import io.thousandisland.transport.tls.certificates.Pki.Kind;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Netty's client as a peer. */
@ParameterizedClass(name = "nonblocking {0}")
@ValueSource(booleans = {false, true})
@Timeout(60)
class NettyPeerTest {

  /** A client of the JDK names only hosts with a dot. */
  private static final String NAME = "netty.example";

  private static final int MEBIBYTE = 1 << 20;

  private final Issued root = Pki.authority("root");

  @TempDir private Path folder;

  private final TlsFixture tls;
  private final Certificates certificates =
      new Certificates("tls", name -> null, event -> {}, Clock.systemUTC());

  NettyPeerTest(boolean nonblocking) {
    tls = new TlsFixture(nonblocking);
  }

  @BeforeEach
  void certificate() {
    configure();
  }

  private void configure(Object... more) {
    var values =
        new ArrayList<Object>(
            List.of(
                "certificate", root.issue(Kind.EC, NAME).file(folder, "server.pem").toString()));
    values.addAll(List.of(more));
    assertThat(certificates.configure(Configs.of(values.toArray()))).isPresent();
  }

  @AfterEach
  void close() {
    certificates.close();
    tls.close();
  }

  private TestServer server(Echo handler) throws InterruptedException {
    return tls.tls(handler, () -> certificates.terms(null)).start();
  }

  private SslContextBuilder trusting() {
    return SslContextBuilder.forClient().sslProvider(SslProvider.JDK).trustManager(root.own());
  }

  private SslContext speaking(String version) throws SSLException {
    return trusting().protocols(version).build();
  }

  private static String echo(NettyClient client, String text) throws Exception {
    client.send(bytes(text));
    return text(client.receive(bytes(text).length));
  }

  /** Notes the facts of its connections. */
  private static final class Facts extends Echo {
    @Override
    public Next<Integer> handleConnection(Socket socket) throws Exception {
      ends.add(
          socket.serverName().orElse("-")
              + " "
              + socket.applicationProtocol().orElse("-")
              + " "
              + socket.tls().orElseThrow().protocol());
      return super.handleConnection(socket);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
  void k5k12NameAndProtocolOfNettyAreHeardInBothVersions(String version) throws Exception {
    configure("alpn", "b,a");
    var handler = new Facts();
    var offer =
        new ApplicationProtocolConfig(
            Protocol.ALPN,
            SelectorFailureBehavior.NO_ADVERTISE,
            SelectedListenerFailureBehavior.ACCEPT,
            "a",
            "b");
    var context = trusting().protocols(version).applicationProtocolConfig(offer).build();
    try (var server = server(handler);
        var client = new NettyClient(context, NAME, server.port())) {
      assertThat(client.handshake().getProtocol()).isEqualTo(version);
      assertThat(client.applicationProtocol()).isEqualTo("b"); // the server's first
      assertThat(handler.next()).isEqualTo(NAME + " b " + version);
      assertThat(echo(client, "hello")).isEqualTo("hello");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
  void k1MebibyteInSmallAndLargeWritesComesBackAsItWas(String version) throws Exception {
    byte[] all = new byte[MEBIBYTE];
    var random = new Random(4);
    random.nextBytes(all);
    try (var server = server(new Echo());
        var client = new NettyClient(speaking(version), NAME, server.port())) {
      client.handshake();
      for (int from = 0; from < all.length; ) {
        int size = random.nextInt(20) == 0 ? random.nextInt(100_000) : 1 + random.nextInt(100);
        int to = Math.min(all.length, from + size);
        client.send(Arrays.copyOfRange(all, from, to));
        from = to;
      }
      byte[] back = client.receive(all.length);
      assertThat(back).hasSameSizeAs(all);
      assertThat(Arrays.mismatch(back, all)).isEqualTo(-1);
    }
  }

  /** Netty's session keeps what the application notes in it, as long as it is resumed. */
  @ParameterizedTest
  @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
  void nettyResumesItsSession(String version) throws Exception {
    SslContext context = speaking(version);
    try (var server = server(new Echo())) {
      try (var first = new NettyClient(context, NAME, server.port())) {
        first.handshake().putValue("mark", "of the first");
        assertThat(echo(first, "hello")).isEqualTo("hello"); // a ticket comes before it
      }
      try (var second = new NettyClient(context, NAME, server.port());
          var stranger = new NettyClient(speaking(version), NAME, server.port())) {
        assertThat(second.handshake().getValue("mark")).isEqualTo("of the first");
        assertThat(echo(second, "again")).isEqualTo("again");
        assertThat(stranger.handshake().getValue("mark")).isNull();
      }
    }
  }

  // ---- ends

  @ParameterizedTest
  @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
  void k2CloseByNettyIsACloseForTheHandler(String version) throws Exception {
    var handler = new Echo();
    try (var server = server(handler);
        var client = new NettyClient(speaking(version), NAME, server.port())) {
      assertThat(echo(client, "hello")).isEqualTo("hello");
      client.closeOrderly();
      assertThat(handler.next()).isEqualTo("close");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
  void k2NettyThatEndsWithoutACloseNotifyIsAnErrorOfTheHandler(String version) throws Exception {
    var handler = new Echo();
    try (var server = server(handler);
        var client = new NettyClient(speaking(version), NAME, server.port())) {
      assertThat(echo(client, "hello")).isEqualTo("hello");
      client.truncate();
      assertThat(handler.next()).startsWith("error").contains("without a close_notify");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
  void k2CloseByTheHandlerIsACloseNotifyForNetty(String version) throws Exception {
    var handler = new Once();
    try (var server = server(handler);
        var client = new NettyClient(speaking(version), NAME, server.port())) {
      client.send(bytes("last"));
      assertThat(client.receiveAll()).isEqualTo("last");
      assertThat(client.hasHadCloseNotify()).isTrue();
      assertThat(handler.next()).isEqualTo("close");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
  void k2CloseByAHandlerThatHasSentNothingIsACloseNotifyForNetty(String version) throws Exception {
    var handler =
        new Echo() {
          @Override
          public Next<Integer> handleData(ByteBuffer data, Socket socket, Integer state) {
            data.position(data.limit());
            return Next.close(state);
          }
        };
    try (var server = server(handler);
        var client = new NettyClient(speaking(version), NAME, server.port())) {
      client.send(bytes("go"));
      assertThat(client.receiveAll()).isEmpty();
      assertThat(client.hasHadCloseNotify()).isTrue();
    }
  }

  @Test
  void k16HalfCloseOfNettyIsAnsweredByLastBytes() throws Exception {
    var handler = new Bye();
    try (var server = server(handler);
        var client = new NettyClient(speaking("TLSv1.3"), NAME, server.port())) {
      assertThat(echo(client, "hello")).isEqualTo("hello");
      client.halfClose();
      assertThat(handler.next()).isEqualTo("half-close");
      assertThat(client.receiveAll()).isEqualTo("bye");
      assertThat(client.hasHadCloseNotify()).isTrue();
      assertThat(handler.next()).isEqualTo("close");
    }
  }

  // ---- refusals

  private static String failure(TestServer server) throws InterruptedException {
    var stopped = server.events().await(TelemetryEvent.ConnectionStopped.class);
    return stopped.ending() instanceof Ending.Failed failed
        ? String.valueOf(failed.reason().getMessage())
        : stopped.ending().toString();
  }

  @ParameterizedTest
  @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
  void k12NettyIsToldThatItsNameIsRefused(String version) throws Exception {
    configure("unknownName", "refuse");
    try (var server = server(new Echo());
        var client = new NettyClient(speaking(version), "elsewhere.example", server.port());
        var other = new NettyClient(speaking(version), NAME, server.port())) {
      assertThatThrownBy(client::handshake).hasMessageContaining("unrecognized_name");
      assertThat(failure(server)).contains("elsewhere.example, which is not served");
      assertThat(echo(other, "hello")).isEqualTo("hello");
    }
  }

  @Test
  void nettyWithTls12AloneIsToldThatOnlyTls13IsSpoken() throws Exception {
    configure("protocols", "TLSv1.3");
    try (var server = server(new Echo());
        var old = new NettyClient(speaking("TLSv1.2"), NAME, server.port());
        var other = new NettyClient(trusting().build(), NAME, server.port())) {
      assertThatThrownBy(old::handshake).hasMessageContaining("protocol_version");
      assertThat(failure(server)).contains("protocol_version");
      assertThat(echo(other, "hello")).isEqualTo("hello");
    }
  }

  @Test
  void theServerLearnsThatNettyDoesNotTrustIt() throws Exception {
    var context = SslContextBuilder.forClient().trustManager(Pki.authority("other").own()).build();
    try (var server = server(new Echo());
        var client = new NettyClient(context, NAME, server.port())) {
      assertThatThrownBy(client::handshake).isInstanceOf(SSLException.class);
      assertThat(failure(server)).contains("certificate_unknown");
    }
  }
}
