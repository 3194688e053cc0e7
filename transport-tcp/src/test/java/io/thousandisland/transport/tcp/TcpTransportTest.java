// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.transport.tcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.thousandisland.transport.ListenAt;
import io.thousandisland.transport.ListeningChannel;
import io.thousandisland.transport.Readiness;
import io.thousandisland.transport.TransportSocket;
import io.thousandisland.transport.tcp.endpoint.TcpOptions;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Rules X2 and X3 over real sockets, on both kinds of pollers. */
@Timeout(60)
class TcpTransportTest {

  private TcpTransport transport = new TcpTransport();

  @AfterEach
  void stop() throws IOException {
    transport.stop();
  }

  private static ListenAt loopback(int port) {
    return new ListenAt(new InetSocketAddress("127.0.0.1", port), 1024, Map.of());
  }

  /** Waits for readiness as a connection does. */
  private static final class Told implements Readiness {
    final Semaphore readable = new Semaphore(0);
    final Semaphore writable = new Semaphore(0);

    @Override
    public void readable() {
      readable.release();
    }

    @Override
    public void writable() {
      writable.release();
    }

    void await(Semaphore what) throws InterruptedException {
      assertThat(what.tryAcquire(20, TimeUnit.SECONDS)).as("told").isTrue();
      what.drainPermits();
    }
  }

  private static TransportSocket accept(ListeningChannel channel) throws Exception {
    var acceptable = new Semaphore(0);
    channel.start(acceptable::release);
    for (; ; ) {
      TransportSocket socket = channel.accept();
      if (socket != null) {
        return socket;
      }
      assertThat(acceptable.tryAcquire(20, TimeUnit.SECONDS)).as("told").isTrue();
    }
  }

  private static Socket connect(ListeningChannel channel) throws IOException {
    var client = new Socket();
    client.connect(channel.localAddress());
    return client;
  }

  @ParameterizedTest
  @EnumSource(PollerThreads.class)
  void readsWritesAndEndsAreTold(PollerThreads threads) throws Exception {
    transport = new TcpTransport(threads);
    try (var listening = transport.listen(loopback(0));
        var client = connect(listening);
        var socket = accept(listening)) {
      var told = new Told();
      socket.start(told);
      ByteBuffer into = ByteBuffer.allocate(16);
      assertThat(socket.read(into)).isZero();
      client.getOutputStream().write("hello".getBytes());
      told.await(told.readable);
      assertThat(socket.read(into)).isEqualTo(5);
      assertThat(socket.write(into.flip())).isEqualTo(5);
      assertThat(client.getInputStream().readNBytes(5)).isEqualTo("hello".getBytes());
      client.shutdownOutput();
      told.await(told.readable);
      assertThat(socket.read(into.clear())).isEqualTo(-1);
    }
  }

  @ParameterizedTest
  @EnumSource(PollerThreads.class)
  void partialWriteIsToldWhenThereIsRoomAgain(PollerThreads threads) throws Exception {
    transport = new TcpTransport(threads);
    try (var listening = transport.listen(loopback(0));
        var client = connect(listening);
        var socket = accept(listening)) {
      var told = new Told();
      socket.start(told);
      ByteBuffer much = ByteBuffer.allocate(32 << 20);
      socket.write(much);
      assertThat(much.hasRemaining()).isTrue();
      int rest = much.remaining();
      Thread reader =
          Thread.ofPlatform()
              .start(
                  () -> {
                    try {
                      client.getInputStream().readNBytes(32 << 20);
                    } catch (IOException e) {
                      throw new java.io.UncheckedIOException(e);
                    }
                  });
      while (much.hasRemaining()) {
        told.await(told.writable);
        socket.write(much);
      }
      assertThat(rest).isPositive();
      reader.join();
    }
  }

  @Test
  void resetIsAnIoException() throws Exception {
    try (var listening = transport.listen(loopback(0));
        var client = connect(listening);
        var socket = accept(listening)) {
      var told = new Told();
      socket.start(told);
      assertThat(socket.read(ByteBuffer.allocate(1))).isZero();
      client.setSoLinger(true, 0);
      client.close();
      told.await(told.readable);
      assertThatThrownBy(() -> socket.read(ByteBuffer.allocate(1))).isInstanceOf(IOException.class);
    }
  }

  @Test
  void closeByAnotherThreadIsToldToWhoWaits() throws Exception {
    try (var listening = transport.listen(loopback(0));
        var client = connect(listening);
        var socket = accept(listening)) {
      var told = new Told();
      socket.start(told);
      assertThat(socket.read(ByteBuffer.allocate(1))).isZero();
      Thread.ofVirtual()
          .start(
              () -> {
                try {
                  socket.close();
                } catch (IOException e) {
                  throw new java.io.UncheckedIOException(e);
                }
              });
      told.await(told.readable);
      assertThat(client.getInputStream().read()).isEqualTo(-1);
    }
  }

  @Test
  void portInUseIsNamed() throws Exception {
    try (var listening = transport.listen(loopback(0))) {
      int port = ((InetSocketAddress) listening.localAddress()).getPort();
      assertThatThrownBy(() -> transport.listen(loopback(port)))
          .isInstanceOf(BindException.class)
          .hasMessageContaining("127.0.0.1")
          .hasMessageContaining(String.valueOf(port));
    }
  }

  @Test
  void twoChannelsShareAPort() throws Exception {
    try (var one = transport.listen(loopback(0))) {
      int port = ((InetSocketAddress) one.localAddress()).getPort();
      try (var two = one.another(loopback(port))) {
        assertThat(two.localAddress()).isEqualTo(one.localAddress());
      }
    }
  }

  @Test
  void optionsOfTheUserOverrideDefaultsButNotWhatTheDesignDependsOn() throws Exception {
    var at =
        new ListenAt(
            new InetSocketAddress("127.0.0.1", 0),
            8,
            Map.of(StandardSocketOptions.TCP_NODELAY, false));
    try (var listening = transport.listen(at);
        var client = connect(listening);
        var socket = accept(listening)) {
      assertThat(client.isConnected()).isTrue();
      assertThat(socket.option(StandardSocketOptions.TCP_NODELAY)).isFalse();
    }
    var wrong =
        new ListenAt(
            new InetSocketAddress("127.0.0.1", 0),
            8,
            Map.of(StandardSocketOptions.SO_REUSEPORT, true));
    assertThatThrownBy(() -> transport.listen(wrong))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("SO_REUSEPORT");
  }

  @Test
  void acceptedConnectionsSendWithoutDelayUnlessToldOtherwise() throws Exception {
    try (var listening = transport.listen(loopback(0));
        var client = connect(listening);
        var socket = accept(listening)) {
      assertThat(client.isConnected()).isTrue();
      assertThat(socket.option(StandardSocketOptions.TCP_NODELAY)).isTrue();
    }
  }

  @Test
  void s6ChannelThatSharesAPortGivesItsConnectionsTheOptionsToo() throws Exception {
    var one = transport.listen(loopback(0));
    int port = ((InetSocketAddress) one.localAddress()).getPort();
    var at =
        new ListenAt(
            new InetSocketAddress("127.0.0.1", port),
            8,
            Map.of(StandardSocketOptions.TCP_NODELAY, false));
    try (var two = one.another(at)) {
      one.close(); // so that the other channel gets all connections
      try (var client = connect(two);
          var socket = accept(two)) {
        assertThat(client.isConnected()).isTrue();
        assertThat(socket.option(StandardSocketOptions.TCP_NODELAY)).isFalse();
      }
    }
  }

  /** As many clients as the backlog connect, and one more; the kernel lets further clients wait. */
  @ParameterizedTest
  @ValueSource(ints = {2, 100})
  void s6BacklogIsTheOneAskedForAndNotTheOneOfTheJdk(int backlog) throws Exception {
    List<Socket> clients = new ArrayList<>();
    try (var listening =
        transport.listen(new ListenAt(new InetSocketAddress("127.0.0.1", 0), backlog, Map.of()))) {
      for (int i = 0; i < backlog; i++) {
        clients.add(connect(listening)); // nobody accepts
      }
      assertThatThrownBy(
              () -> {
                for (int i = 0; i < 3; i++) {
                  var client = new Socket();
                  clients.add(client);
                  client.connect(listening.localAddress(), 300);
                }
              })
          .isInstanceOf(SocketTimeoutException.class);
    } finally {
      for (Socket client : clients) {
        client.close();
      }
    }
  }

  @Test
  void w7TransportThatNeverListenedStopsAndListensNoMore() throws Exception {
    var unused = new TcpTransport();
    unused.stop();
    assertThatThrownBy(() -> unused.listen(loopback(0)))
        .hasMessage("tcp transport has been stopped");
    unused.stop();
  }

  // ---- descriptors

  @Test
  void s6HundredChangesOfOptionsLeaveNoDescriptorBehind() throws Exception {
    try (var listening = transport.listen(loopback(0))) {
      long before = descriptors();
      for (int i = 0; i < 100; i++) {
        listening.options(Map.of(StandardSocketOptions.SO_RCVBUF, 32_768 + i));
      }
      assertThat(descriptors()).isLessThanOrEqualTo(before + 5);
    }
  }

  /** The server asks this after each accept that fails. */
  @Test
  void s2QuestionWhetherThereIsADescriptorLeftKeepsNone() throws Exception {
    long before = descriptors();
    for (int i = 0; i < 100; i++) {
      assertThat(TcpListeningChannel.outOfDescriptors()).isFalse();
    }
    assertThat(descriptors()).isLessThanOrEqualTo(before + 5);
  }

  private static long descriptors() throws IOException {
    try (var files = Files.list(Path.of("/proc/self/fd"))) {
      return files.count();
    }
  }

  @Test
  void s2AcceptedConnectionWhoseOptionsFailIsClosed() throws Exception {
    var failing =
        new TcpOptions() {
          @Override
          public void applyToAccepted(SocketChannel channel) throws IOException {
            throw new IOException("on purpose");
          }
        };
    try (var listening =
        TcpListeningChannel.open(loopback(0), failing, false, transport.places())) {
      long before = descriptors();
      for (int i = 0; i < 50; i++) {
        try (var client = connect(listening)) {
          client.setSoTimeout(20_000);
          assertThatThrownBy(() -> accept(listening)).hasMessage("on purpose");
          assertThat(client.getInputStream().read()).isEqualTo(-1);
        }
      }
      assertThat(descriptors()).isLessThanOrEqualTo(before + 5);
    }
  }

  @Test
  void w7HundredListensAndClosesAtOnePortLeaveNoDescriptorBehind() throws Exception {
    var first = transport.listen(loopback(0));
    int port = ((InetSocketAddress) first.localAddress()).getPort();
    first.close();
    long before = descriptors(); // the descriptors of the pollers are included
    for (int i = 0; i < 100; i++) {
      transport.listen(loopback(port)).close(); // returns when the port is free
    }
    assertThat(descriptors()).isLessThanOrEqualTo(before + 5);
  }

  @Test
  void w7HundredListensThatAreRefusedLeaveNoDescriptorBehind() throws Exception {
    try (var taken = transport.listen(loopback(0))) {
      int port = ((InetSocketAddress) taken.localAddress()).getPort();
      long before = descriptors();
      for (int i = 0; i < 100; i++) {
        assertThatThrownBy(() -> transport.listen(loopback(port)))
            .isInstanceOf(BindException.class);
      }
      assertThat(descriptors()).isLessThanOrEqualTo(before + 5);
    }
  }
}
