// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.transport.tcp;

import static java.net.StandardSocketOptions.SO_RCVBUF;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.thousandisland.transport.InheritedSocketAddress;
import io.thousandisland.transport.ListenAt;
import io.thousandisland.transport.tcp.endpoint.Endpoint;
import io.thousandisland.transport.tcp.endpoint.TcpOptions;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Rule X10: a socket that the process inherited. The process of this test has inherited none, so a
 * port of the test takes its part; the acceptance tests have a real one.
 */
@Timeout(60)
class InheritedSocketTest {

  /** The port of the test, as the socket of somebody else. */
  private record Held(ServerSocketChannel channel, SocketAddress local) implements Endpoint {
    @Override
    public boolean isOurs() {
      return false;
    }
  }

  private final TcpTransport transport = new TcpTransport();
  private final Semaphore told = new Semaphore(0);
  private ServerSocketChannel channel;
  private Held held;

  @BeforeEach
  void hold() throws IOException {
    channel = ServerSocketChannel.open();
    channel.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 8);
    channel.configureBlocking(false);
    held = new Held(channel, channel.getLocalAddress());
  }

  @AfterEach
  void stop() throws IOException {
    transport.stop();
    channel.close();
  }

  private TcpListeningChannel listen(TcpTransport by, Map<SocketOption<?>, Object> options)
      throws IOException {
    TcpOptions checked = TcpOptions.of(options, held.local());
    TcpListeningChannel listening = TcpListeningChannel.open(held, checked, by.places());
    listening.start(told::release);
    return listening;
  }

  private SocketChannel connect() throws IOException {
    return SocketChannel.open(held.local());
  }

  private void assertServesAClientThatWaits(TcpListeningChannel listening) throws IOException {
    try (var socket = Objects.requireNonNull(listening.accept())) {
      assertThat(socket.localAddress()).isEqualTo(held.local());
    }
  }

  private void assertServes(TcpListeningChannel listening) throws Exception {
    assertThat(listening.accept()).isNull();
    told.drainPermits();
    try (var client = connect()) {
      assertThat(told.tryAcquire(20, TimeUnit.SECONDS)).as("told").isTrue();
      assertThat(client.isConnected()).isTrue();
      assertServesAClientThatWaits(listening);
    }
  }

  @Test
  void x10ClientsOfAChannelThatIsClosedWaitForTheNext() throws Exception {
    var first = listen(transport, Map.of());
    assertServes(first);
    first.close();
    assertThat(first.isOpen()).isFalse();
    assertThatThrownBy(first::accept).isInstanceOf(ClosedChannelException.class);
    try (var client = connect();
        var next = listen(transport, Map.of())) {
      assertThat(client.isConnected()).isTrue();
      assertServesAClientThatWaits(next);
      assertServes(next);
    }
    assertThat(channel.isOpen()).as("the holder's socket is open").isTrue();
  }

  /** Another transport is what an update of the bundle makes. */
  @Test
  void x10ClientsOfATransportThatIsUpdatedWaitForTheNext() throws Exception {
    var updated = new TcpTransport();
    try {
      var first = listen(transport, Map.of());
      assertServes(first);
      transport.stop();
      assertThat(first.isOpen()).isFalse();
      try (var client = connect();
          var next = listen(updated, Map.of())) {
        assertThat(client.isConnected()).isTrue();
        assertServesAClientThatWaits(next);
        assertServes(next);
      }
    } finally {
      updated.stop();
    }
  }

  @Test
  void x10SecondServerIsRefusedAndChangesNothing() throws Exception {
    var copy = new TcpTransport(); // two versions of the bundle, for example
    try (var first = listen(transport, Map.of())) {
      int size = channel.getOption(SO_RCVBUF);
      for (TcpTransport by : new TcpTransport[] {transport, copy}) {
        assertThatThrownBy(() -> listen(by, Map.of(SO_RCVBUF, 20_000)))
            .isInstanceOf(BindException.class)
            .hasMessage("the inherited socket is in use by another server of this process");
      }
      assertThat(channel.getOption(SO_RCVBUF)).isEqualTo(size);
      assertServes(first);
    } finally {
      copy.stop();
    }
  }

  @Test
  void x10OptionsApplyToAnInheritedSocket() throws Exception {
    try (var listening = listen(transport, Map.of(SO_RCVBUF, 20_000))) {
      assertThat(channel.getOption(SO_RCVBUF)).isEqualTo(20_000);
      listening.options(Map.of(SO_RCVBUF, 30_000));
      assertThat(channel.getOption(SO_RCVBUF)).isEqualTo(30_000);
    }
  }

  @Test
  void x10ProcessWithoutAnInheritedSocketSaysWhatItNeeds() {
    var at = new ListenAt(InheritedSocketAddress.INSTANCE, 8, Map.of());
    assertThatThrownBy(() -> transport.listen(at))
        .isInstanceOf(BindException.class)
        .hasMessage(
            "inherited: the standard input is no socket; a listening socket is needed there"
                + " (systemd: StandardInput=socket)");
  }
}
