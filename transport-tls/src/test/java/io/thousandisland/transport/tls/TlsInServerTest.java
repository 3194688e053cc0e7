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
import io.thousandisland.handler.ProxyHeader;
import io.thousandisland.handler.SendTimeoutException;
import io.thousandisland.handler.Socket;
import io.thousandisland.testing.TestServer;
import io.thousandisland.transport.tls.TlsFixture.Echo;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.function.UnaryOperator;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

/** The work of a server with its connections, over TLS. */
@ParameterizedClass(name = "nonblocking {0}")
@ValueSource(booleans = {false, true})
@Timeout(60)
class TlsInServerTest {

  private static final int MUCH = 16 << 20;
  private static final Duration SHORT = Duration.ofMillis(300);

  private final TlsFixture tls;

  TlsInServerTest(boolean nonblocking) {
    tls = new TlsFixture(nonblocking);
  }

  @AfterEach
  void close() {
    tls.close();
  }

  private static byte[] random(int length) {
    byte[] all = new byte[length];
    new Random(3).nextBytes(all);
    return all;
  }

  // ---- STARTTLS

  /** An echo of lines that switches to TLS. */
  private static final class Starttls extends Echo {
    private final UnaryOperator<Next.SwitchTransport<Integer>> how;

    Starttls() {
      this(next -> next);
    }

    /**
     * @param how gives the switch its timeout
     */
    Starttls(UnaryOperator<Next.SwitchTransport<Integer>> how) {
      this.how = how;
    }

    @Override
    public Next<Integer> handleData(ByteBuffer data, Socket socket, Integer state)
        throws Exception {
      String text = UTF_8.decode(data.duplicate()).toString();
      ends.add(socket.secure() + " " + text.strip());
      if (!text.startsWith("STARTTLS\n")) {
        return super.handleData(data, socket, state);
      }
      data.position(data.position() + "STARTTLS\n".length());
      socket.send("GO\n");
      return how.apply(Next.switchTransport("tls", Map.of(), state));
    }
  }

  private TestServer starttls(Starttls handler) throws InterruptedException {
    return tls.plain(handler, TestTerms.EC::terms).start();
  }

  @Test
  void k15ConnectionGoesOnOverTls() throws Exception {
    var handler = new Starttls();
    try (var server = starttls(handler);
        var plain = new java.net.Socket("localhost", server.port())) {
      plain.getOutputStream().write(bytes("STARTTLS\n"));
      assertThat(text(plain.getInputStream().readNBytes(3))).isEqualTo("GO\n");
      try (var client = TlsFixture.over(plain)) {
        assertThat(echo(client, "hello")).isEqualTo("hello");
        assertThat(handler.next()).isEqualTo("false STARTTLS");
        assertThat(handler.next()).isEqualTo("true hello");
      }
    }
  }

  private static SSLSocket switched(java.net.Socket plain) throws IOException {
    plain.getOutputStream().write(bytes("STARTTLS\n"));
    assertThat(text(plain.getInputStream().readNBytes(3))).isEqualTo("GO\n");
    SSLSocket client = TlsFixture.over(plain);
    client.startHandshake();
    return client;
  }

  @Test
  void b11SwitchToTlsWithAOneShotTimeout() throws Exception {
    var handler = new Starttls(next -> next.within(SHORT));
    try (var server = starttls(handler);
        var plain = new java.net.Socket("localhost", server.port());
        var client = switched(plain)) {
      assertThat(handler.next()).isEqualTo("false STARTTLS");
      assertThat(handler.next()).isEqualTo("timeout");
      assertThat(client.getInputStream().read()).isEqualTo(-1);
    }
  }

  @Test
  void b11SwitchToTlsWithAPersistentTimeout() throws Exception {
    var handler = new Starttls(next -> next.withReadTimeout(SHORT));
    try (var server = starttls(handler);
        var plain = new java.net.Socket("localhost", server.port());
        var client = switched(plain)) {
      assertThat(echo(client, "x")).isEqualTo("x");
      assertThat(handler.next()).isEqualTo("false STARTTLS");
      assertThat(handler.next()).isEqualTo("true x");
      assertThat(handler.next()).isEqualTo("timeout");
      assertThat(client.getInputStream().read()).isEqualTo(-1);
    }
  }

  @Test
  void k15BytesInjectedBehindTheCommandReachNoHandler() throws Exception {
    var handler = new Starttls();
    try (var server = starttls(handler);
        var plain = new java.net.Socket("localhost", server.port())) {
      plain.getOutputStream().write(bytes("STARTTLS\nMAIL FROM:<evil>\n"));
      assertThat(text(plain.getInputStream().readNBytes(3))).isEqualTo("GO\n");
      assertThat(handler.next()).contains("STARTTLS"); // the packet as it came, not yet over TLS
      assertThat(handler.next()).startsWith("error").contains("the peer sent text");
      assertThatThrownBy(() -> TlsFixture.over(plain).startHandshake())
          .isInstanceOf(IOException.class);
      assertThat(handler.ends).isEmpty();
    }
  }

  @Test
  void k15HandshakeBehindTheCommandInOnePacketIsRead() throws Exception {
    var handler = new Starttls();
    try (var server = starttls(handler);
        var plain = new Pipelining(server.port());
        var client = TlsFixture.over(plain)) {
      client.startHandshake();
      assertThat(echo(client, "hello")).isEqualTo("hello");
    }
  }

  /** A client that sends its command and the ClientHello in one packet. */
  private static final class Pipelining extends AlteringSocket {
    private boolean begun;

    Pipelining(int port) throws IOException {
      super(port);
    }

    @Override
    void write(byte[] b, int offset, int length, OutputStream out) throws IOException {
      byte[] first = begun ? new byte[0] : bytes("STARTTLS\n");
      byte[] all = Arrays.copyOf(first, first.length + length);
      System.arraycopy(b, offset, all, first.length, length);
      out.write(all);
      if (!begun) {
        begun = true;
        assertThat(text(getInputStream().readNBytes(3))).isEqualTo("GO\n");
      }
    }
  }

  @Test
  void k15UpgradeHasTheHandshakeTimeout() throws Exception {
    var handler = new Starttls();
    try (var server =
            tls.plain(handler, TestTerms.EC::terms).set("handshakeTimeout", "300ms").start();
        var plain = new java.net.Socket("localhost", server.port())) {
      plain.getOutputStream().write(bytes("STARTTLS\n"));
      assertThat(handler.next()).isEqualTo("false STARTTLS");
      assertThat(handler.next()).startsWith("error").contains("handshakeTimeout");
    }
  }

  // ---- other handlers

  /** Adds its mark to what it sends back. */
  private static final class Marking extends Echo {
    private final String mark;

    Marking(String mark) {
      this.mark = mark;
    }

    @Override
    public Next<Integer> handleData(ByteBuffer data, Socket socket, Integer state)
        throws Exception {
      socket.send(ByteBuffer.wrap(bytes(mark)), data);
      return Next.proceed(state + 1);
    }
  }

  @Test
  void w3LiveConnectionGoesOnWithTheNextHandler() throws Exception {
    try (var server = tls.server(new Marking("1"));
        var client = connect(server)) {
      for (int version = 1; version < 20; version++) {
        String mark = version % 2 == 1 ? "1" : "2";
        client.getOutputStream().write(bytes("hello"));
        assertThat(text(client.getInputStream().readNBytes(6))).isEqualTo(mark + "hello");
        var drained = server.replace(new Marking(version % 2 == 1 ? "2" : "1"));
        assertThat(drained.migrated()).isEqualTo(1);
      }
    }
  }

  @Test
  void h6UnsentBytesArriveWhicheverHandlerTheConnectionHas() throws Exception {
    byte[] all = random(MUCH);
    var sending = new CountDownLatch(1);
    var handler =
        new Echo() {
          @Override
          public Next<Integer> handleData(ByteBuffer data, Socket socket, Integer state)
              throws IOException {
            data.position(data.limit());
            sending.countDown();
            socket.send(all);
            return Next.proceed(state);
          }
        };
    try (var server = tls.tls(handler, TestTerms.EC::terms).set("unsentLimit", 2 * MUCH).start();
        var slow = connect(server)) {
      slow.getOutputStream().write(bytes("go"));
      sending.await();
      assertThat(server.replace(new Echo()).migrated()).isEqualTo(1);
      slow.getOutputStream().write(bytes("next"));
      byte[] got = slow.getInputStream().readNBytes(MUCH);
      assertThat(Arrays.mismatch(got, all)).isEqualTo(-1);
      assertThat(text(slow.getInputStream().readNBytes(4))).isEqualTo("next");
    }
  }

  /** Sends more than the peer takes, and something else when that has failed. */
  private static final class Insisting extends Echo {
    private final byte[] all;

    Insisting(byte[] all) {
      this.all = all;
    }

    @Override
    public Next<Integer> handleData(ByteBuffer data, Socket socket, Integer state)
        throws Exception {
      data.position(data.limit());
      try {
        socket.send(all);
      } catch (SendTimeoutException e) {
        ends.add("late");
        socket.send("<the end of it>");
      }
      return Next.close(state);
    }
  }

  @Test
  void h6BytesBehindASendThatFailedAreAllThere() throws Exception {
    Assumptions.assumeFalse(tls.isNonblocking(), "then a send does not wait");
    byte[] all = random(MUCH);
    var handler = new Insisting(all);
    try (var server = tls.tls(handler, TestTerms.EC::terms).set("sendTimeout", "500ms").start();
        var slow = connect(server)) {
      slow.getOutputStream().write(bytes("go"));
      assertThat(handler.next()).isEqualTo("late");
      byte[] got = slow.getInputStream().readAllBytes();
      int sent = got.length - "<the end of it>".length();
      assertThat(Arrays.mismatch(got, all)).isGreaterThanOrEqualTo(sent);
      assertThat(text(Arrays.copyOfRange(got, sent, got.length))).isEqualTo("<the end of it>");
    }
  }

  // ---- files, proxies, paths

  @Test
  void k6k7FileAndItsPartArriveAsTheyAreAndNoDescriptorIsLeft(@TempDir Path folder)
      throws Exception {
    byte[] all = random(MUCH);
    Path file = Files.write(folder.resolve("file"), all);
    var handler =
        new Echo() {
          @Override
          public Next<Integer> handleData(ByteBuffer data, Socket socket, Integer state)
              throws Exception {
            socket.send("<");
            socket.sendFile(file);
            socket.sendFile(file, 5, 10);
            return super.handleData(data, socket, state);
          }
        };
    try (var server = tls.tls(handler, TestTerms.EC::terms).set("unsentLimit", "1024").start();
        var client = connect(server)) {
      client.getOutputStream().write(bytes("go"));
      assertThat(text(client.getInputStream().readNBytes(1))).isEqualTo("<");
      byte[] got = client.getInputStream().readNBytes(MUCH);
      assertThat(Arrays.mismatch(got, all)).isEqualTo(-1);
      assertThat(client.getInputStream().readNBytes(10)).isEqualTo(Arrays.copyOfRange(all, 5, 15));
      assertThat(text(client.getInputStream().readNBytes(2))).isEqualTo("go");
      assertThat(openFiles()).doesNotContain(file);
    }
  }

  /** The files that this process has open, where the kernel says so. */
  private static List<Path> openFiles() throws IOException {
    Path all = Path.of("/proc/self/fd");
    List<Path> open = new ArrayList<>();
    if (Files.isDirectory(all)) {
      try (var descriptors = Files.newDirectoryStream(all)) {
        for (Path one : descriptors) {
          try {
            open.add(Files.readSymbolicLink(one));
          } catch (NoSuchFileException closed) {
            // since the listing
          }
        }
      }
    }
    return open;
  }

  @Test
  void x10UnixSocketsSpeakTls(@TempDir Path folder) throws Exception {
    Path path = folder.resolve("s");
    try (var server =
            tls.tls(new Echo(), TestTerms.EC::terms).set("listen", "unix:" + path).start();
        var client =
            TlsFixture.over(
                new OverChannel(SocketChannel.open(UnixDomainSocketAddress.of(path))))) {
      assertThat(echo(client, "hello")).isEqualTo("hello");
      assertThat(server.server().connections()).hasSize(1);
    }
  }

  /** A channel as a socket, as the JDK's client of TLS wants to have it. */
  private static final class OverChannel extends java.net.Socket {
    private final SocketChannel channel;

    OverChannel(SocketChannel channel) {
      this.channel = channel;
    }

    @Override
    public boolean isConnected() {
      return true;
    }

    @Override
    public void setSoTimeout(int timeout) {}

    @Override
    public InputStream getInputStream() {
      return Channels.newInputStream(channel);
    }

    @Override
    public OutputStream getOutputStream() {
      return Channels.newOutputStream(channel);
    }

    @Override
    public void close() throws IOException {
      channel.close();
    }
  }

  @Test
  void k14HeaderOfAProxyComesBeforeTls() throws Exception {
    var client = new InetSocketAddress("203.0.113.7", 1000);
    var front = new InetSocketAddress("198.51.100.1", 443);
    var handler =
        new Echo() {
          @Override
          public Next<Integer> handleConnection(Socket socket) throws Exception {
            ends.add(socket.remoteAddress() + " " + socket.secure());
            return super.handleConnection(socket);
          }
        };
    try (var server =
            tls.tls(handler, TestTerms.EC::terms)
                .set("proxyProtocol", "required")
                .set("proxySources", "127.0.0.0/8")
                .start();
        var plain = new java.net.Socket("localhost", server.port())) {
      Channels.newChannel(plain.getOutputStream())
          .write(ProxyHeader.version2(client, front).withChecksum().encode());
      try (var over = TlsFixture.over(plain)) {
        assertThat(echo(over, "hello")).isEqualTo("hello");
        assertThat(handler.next()).isEqualTo(client + " true");
      }
    }
  }
}
