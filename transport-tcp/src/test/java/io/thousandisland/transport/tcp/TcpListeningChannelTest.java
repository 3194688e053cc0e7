// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.transport.tcp;

import static java.net.StandardSocketOptions.SO_RCVBUF;
import static java.net.StandardSocketOptions.SO_SNDBUF;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.thousandisland.transport.ListenAt;
import io.thousandisland.transport.ThreadLender;
import io.thousandisland.transport.tcp.endpoint.TcpOptions;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketOption;
import java.nio.channels.SelectionKey;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Rules X3 and S6: a bound port, its notices, and its options. */
@Timeout(60)
class TcpListeningChannelTest {

  private TcpTransport transport = new TcpTransport();
  private final Semaphore acceptable = new Semaphore(0);

  @AfterEach
  void stop() throws IOException {
    transport.stop();
  }

  private TcpListeningChannel listen(String host, Map<SocketOption<?>, Object> options)
      throws IOException {
    var listening =
        (TcpListeningChannel)
            transport.listen(new ListenAt(new InetSocketAddress(host, 0), 8, options));
    listening.start(acceptable::release);
    return listening;
  }

  private static Socket connect(String host, TcpListeningChannel listening) throws IOException {
    int port = ((InetSocketAddress) listening.localAddress()).getPort();
    return new Socket(host, port);
  }

  private void awaitAcceptable() throws InterruptedException {
    assertThat(acceptable.tryAcquire(20, TimeUnit.SECONDS)).as("told").isTrue();
  }

  @ParameterizedTest
  @EnumSource(PollerThreads.class)
  void x3WhoFoundNobodyToAcceptIsToldOfTheNextClient(PollerThreads threads) throws Exception {
    transport = new TcpTransport(threads);
    try (var listening = listen("127.0.0.1", Map.of())) {
      for (int i = 0; i < 3; i++) {
        assertThat(listening.accept()).isNull();
        try (var client = connect("127.0.0.1", listening)) {
          awaitAcceptable();
          try (var socket = accepted(listening)) {
            assertThat(socket.remoteAddress()).isEqualTo(client.getLocalSocketAddress());
          }
        }
      }
    }
  }

  /** Accepts a client, also after one more notice of a client that was accepted meanwhile. */
  private TcpSocket accepted(TcpListeningChannel listening) throws Exception {
    while (true) {
      TcpSocket socket = listening.accept();
      if (socket != null) {
        return socket;
      }
      awaitAcceptable();
    }
  }

  @Test
  void x3ReadinessOfAListeningChannelIsToldOnceForEachWait() throws Exception {
    ThreadLender nobody =
        new ThreadLender() {
          @Override
          public void keep() {}

          @Override
          public void renew() {}
        };
    try (var listening = listen("127.0.0.1", Map.of())) {
      assertThat(listening.accept()).isNull();
      listening.ready(SelectionKey.OP_ACCEPT, nobody); // no client connects: the poller is silent
      assertThat(acceptable.availablePermits()).isOne();
      listening.ready(SelectionKey.OP_ACCEPT, nobody);
      assertThat(acceptable.availablePermits()).isOne();
      assertThat(listening.accept()).isNull();
      listening.ready(SelectionKey.OP_ACCEPT, nobody);
      assertThat(acceptable.availablePermits()).isEqualTo(2);
    }
  }

  @Test
  void x3WhoWaitsForClientsIsToldOfTheClose() throws Exception {
    var listening = listen("127.0.0.1", Map.of());
    assertThat(listening.accept()).isNull();
    listening.close();
    awaitAcceptable();
  }

  /** Otherwise a client that comes between the last accept and the close would be reset. */
  @ParameterizedTest
  @EnumSource(PollerThreads.class)
  void s4ClientsAreTakenUntilTheCloseWhichTakesEffectAtOnce(PollerThreads threads)
      throws Exception {
    transport = new TcpTransport(threads);
    try (var listening = listen("127.0.0.1", Map.of())) {
      assertThat(listening.accept()).isNull();
      assertThat(transport.places().channels()).isOne();
      listening.quiesce();
      assertThat(transport.places().channels()).as("channels that a poller knows").isZero();
      assertThat(listening.accept()).isNull();
      assertThat(transport.places().channels()).as("and it learns of none").isZero();
      try (var client = connect("127.0.0.1", listening);
          var socket = Objects.requireNonNull(listening.accept())) {
        assertThat(socket.remoteAddress()).isEqualTo(client.getLocalSocketAddress());
      }
      assertThat(acceptable.tryAcquire()).as("told").isFalse();
      listening.close();
      assertThatThrownBy(() -> connect("127.0.0.1", listening))
          .isInstanceOf(ConnectException.class);
    }
  }

  @Test
  void s6BufferSizeOfTheListeningChannelIsThatOfItsConnections() throws Exception {
    try (var listening = listen("127.0.0.1", Map.of(SO_RCVBUF, 20_000));
        var client = connect("127.0.0.1", listening);
        var socket = accepted(listening)) {
      assertThat(client.isConnected()).isTrue();
      assertThat(socket.option(SO_RCVBUF)).isEqualTo(20_000);
    }
  }

  @Test
  void s6OptionThatNoConnectionCanHaveIsRefusedBeforeThereIsOne() {
    assertThatThrownBy(() -> listen("127.0.0.1", Map.of(SO_SNDBUF, -1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("SO_SNDBUF = -1");
  }

  /** It is chance which of several options are set before one is refused. */
  @Test
  void s6OptionsBeforeAreSetAgainWhenOneOfTheNewIsRefused() throws Exception {
    var setAgain = new AtomicInteger();
    var before =
        new TcpOptions() {
          @Override
          public void replace(TcpOptions other, ServerSocketChannel channel) throws IOException {
            super.replace(other, channel);
            setAgain.incrementAndGet();
          }
        };
    var at = new ListenAt(new InetSocketAddress("127.0.0.1", 0), 8, Map.of());
    try (var listening = TcpListeningChannel.open(at, before, false, transport.places())) {
      assertThatThrownBy(() -> listening.options(Map.of(SO_RCVBUF, -1)))
          .hasMessageContaining("SO_RCVBUF = -1");
      assertThat(setAgain).hasValue(1);
      listening.options(Map.of(SO_RCVBUF, 20_000));
      assertThat(setAgain).hasValue(1);
    }
  }

  @Test
  void x3LocalAddressOfAConnectionIsTheOneThatItsClientHasChosen() throws Exception {
    try (var listening = listen("0.0.0.0", Map.of());
        var client = connect("127.0.0.1", listening);
        var socket = accepted(listening)) {
      assertThat(socket.localAddress()).isEqualTo(client.getRemoteSocketAddress());
      assertThat(socket.localAddress()).isNotEqualTo(listening.localAddress());
    }
  }

  @Test
  void x3Ipv4WildcardIsNotOpenToIpv6() throws Exception {
    assumeTrue(hasIpv6Loopback());
    try (var listening = listen("0.0.0.0", Map.of());
        var client = connect("127.0.0.1", listening)) {
      assertThat(client.isConnected()).isTrue();
      assertThatThrownBy(() -> connect("::1", listening).close())
          .isInstanceOf(ConnectException.class);
    }
    try (var listening = listen("::1", Map.of());
        var client = connect("::1", listening)) {
      assertThat(client.isConnected()).isTrue();
    }
  }

  private static boolean hasIpv6Loopback() throws IOException {
    Path addresses = Path.of("/proc/net/if_inet6");
    return Files.exists(addresses)
        && Files.readString(addresses).contains("00000000000000000000000000000001 ");
  }
}
