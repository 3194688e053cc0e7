// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.thousandisland.handler.Next;
import io.thousandisland.handler.SendTimeoutException;
import io.thousandisland.handler.Socket;
import io.thousandisland.runtime.settings.LimitSettings.WhenReached;
import io.thousandisland.server.Drained;
import io.thousandisland.server.Status;
import io.thousandisland.telemetry.TelemetryEvent;
import io.thousandisland.transport.ListenAt;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Rules X2 and X8: all of the server works over a transport that has no socket and no selector. */
@Timeout(60)
class MemoryTransportTest {

  private static final Duration SHORT = Duration.ofMillis(200);

  private final MemoryTransport transport = new MemoryTransport();
  private final TestHandler handler = new TestHandler();

  @AfterEach
  void close() {
    transport.close();
  }

  private RunningServer server(TestHandler serving, Object... changes) {
    return new RunningServer(AlteredSettings.of(changes), transport, serving);
  }

  private MemoryPeer connect(RunningServer server) throws IOException {
    return transport.connect(server.port());
  }

  @ParameterizedTest
  @ValueSource(
      ints = {1, 1_000, 16_383, 16_384, 16_385, MemoryPipe.CAPACITY, (64 << 10) + 1, 4 << 20})
  void x2EchoesAnySizeAndHalfCloseReturnsAllBeforeIt(int size) throws Exception {
    byte[] sent = new byte[size];
    for (int i = 0; i < size; i++) {
      sent[i] = (byte) (i * 31 + i / 251);
    }
    try (var server = server(handler);
        var peer = connect(server)) {
      Thread writer =
          Thread.ofPlatform()
              .start(
                  () -> {
                    try {
                      peer.send(sent);
                      peer.shutdownOutput();
                    } catch (IOException e) {
                      throw new UncheckedIOException(e);
                    }
                  });
      byte[] got = peer.receive(size + 1); // one byte more: the stream must end there
      writer.join();
      assertThat(Arrays.equals(got, sent)).isTrue();
      assertThat(handler.ended()).isEqualTo("close new");
    }
  }

  @Test
  void x2PeerThatDoesNotReadEndsInASendTimeout() throws Exception {
    var flooding =
        new TestHandler() {
          @Override
          public Next<String> handleData(ByteBuffer data, Socket socket, String state)
              throws Exception {
            socket.send(ByteBuffer.allocate(MemoryPipe.CAPACITY + 1));
            return Next.proceed(state);
          }
        };
    try (var server = server(flooding, "sendTimeout", SHORT);
        var peer = connect(server)) {
      peer.send("x");
      assertThat(flooding.ended()).isEqualTo("error new");
      assertThat(flooding.errors.take()).isInstanceOf(SendTimeoutException.class);
      server.awaitConnections(0);
      var failed = server.awaitEvent(TelemetryEvent.SendFailed.class);
      assertThat(failed.bytes()).isEqualTo(MemoryPipe.CAPACITY);
      assertThat(peer.receive(MemoryPipe.CAPACITY + 1)).hasSize(MemoryPipe.CAPACITY);
    }
  }

  @Test
  void x2PeerThatReadsLateGetsEverything() throws Exception {
    var much = new byte[1 << 20];
    Arrays.fill(much, (byte) 7);
    var gathering =
        new TestHandler() {
          @Override
          public Next<String> handleData(ByteBuffer data, Socket socket, String state)
              throws Exception {
            socket.send(bytes("<"), ByteBuffer.wrap(much), bytes(">"));
            return Next.close(state);
          }
        };
    try (var server = server(gathering);
        var peer = connect(server)) {
      peer.send("x");
      server.awaitEvent(TelemetryEvent.Received.class);
      assertThat(peer.read(1)).isEqualTo("<");
      assertThat(Arrays.equals(peer.receive(much.length), much)).isTrue();
      assertThat(peer.read(2)).isEqualTo(">");
    }
  }

  @Test
  void x2SilentPeerEndsInAReadTimeout() throws Exception {
    try (var server = server(handler, "readTimeout", SHORT);
        var peer = connect(server)) {
      assertThat(peer.echo("a")).isEqualTo("a");
      assertThat(handler.ended()).isEqualTo("timeout new");
      assertThat(peer.ended()).isTrue();
    }
  }

  @Test
  void x2AtTheLimitTheNextPeerWaitsForAPlace() throws Exception {
    try (var server = server(handler, "maxConnections", 1);
        var first = connect(server)) {
      assertThat(first.echo("a")).isEqualTo("a");
      var second = connect(server);
      second.send("b");
      server.awaitEvent(TelemetryEvent.LimitReached.class);
      assertThat(server.node.info().connections()).isEqualTo(1);
      first.close();
      assertThat(second.read(1)).isEqualTo("b");
    }
  }

  @Test
  void x2AtTheLimitTheNextPeerIsClosedWhenToldToReject() throws Exception {
    try (var server = server(handler, "maxConnections", 1, "whenLimitReached", WhenReached.REJECT);
        var first = connect(server)) {
      assertThat(first.echo("a")).isEqualTo("a");
      assertThat(connect(server).ended()).isTrue();
      assertThat(first.echo("b")).isEqualTo("b");
      first.close();
      server.awaitFreePlaces();
      assertThat(connect(server).echo("c")).isEqualTo("c");
    }
  }

  @Test
  void x2DrainAdvisesThenShutsDownAndRefusesNewPeers() throws Exception {
    var advised = new CountDownLatch(1);
    var finishing =
        new TestHandler() {
          @Override
          public Next<String> handleDrain(Socket socket, String state) {
            advised.countDown();
            return Next.proceed("advised");
          }
        };
    try (var server = server(finishing, "drainTimeout", SHORT);
        var peer = connect(server)) {
      int port = server.port();
      assertThat(peer.echo("a")).isEqualTo("a");
      var drain = server.node.drain();
      assertThat(advised.await(20, TimeUnit.SECONDS)).isTrue();
      assertThatThrownBy(() -> transport.connect(port)).isInstanceOf(ConnectException.class);
      Drained drained = drain.result().get(20, TimeUnit.SECONDS);
      assertThat(drained.graceful()).isEqualTo(1);
      assertThat(drained.forced()).isZero();
      assertThat(finishing.ended()).isEqualTo("shutdown advised");
      assertThat(peer.ended()).isTrue();
    }
  }

  @Test
  void x2HandlerThatWaitsForeverIsForced() throws Exception {
    var stuck =
        new TestHandler() {
          @Override
          public Next<String> handleData(ByteBuffer data, Socket socket, String state)
              throws Exception {
            new CountDownLatch(1).await();
            return Next.proceed(state);
          }
        };
    try (var server = server(stuck, "shutdownTimeout", SHORT);
        var peer = connect(server)) {
      peer.send("x");
      server.awaitEvent(TelemetryEvent.Received.class);
      assertThat(server.stop().forced()).isEqualTo(1);
      assertThat(peer.ended()).isTrue();
    }
  }

  @Test
  void x2TwoHundredPeersAtOnceOverThreeChannels() throws Exception {
    try (var server = server(handler, "listenSockets", 3, "acceptors", 6)) {
      var peers = new ArrayList<MemoryPeer>();
      for (int i = 0; i < 200; i++) {
        peers.add(connect(server));
      }
      for (int i = 0; i < 200; i++) {
        peers.get(i).send("ping" + i);
      }
      for (int i = 0; i < 200; i++) {
        assertThat(peers.get(i).read(("ping" + i).length())).isEqualTo("ping" + i);
      }
      server.awaitConnections(200);
      peers.forEach(MemoryPeer::close);
      server.awaitConnections(0);
      for (int i = 0; i < 200; i++) {
        assertThat(handler.ended()).isEqualTo("close new");
      }
    }
  }

  @Test
  void x2SuspendRefusesAndKeepsAndResumeListensAtTheSamePort() throws Exception {
    try (var server = server(handler);
        var peer = connect(server)) {
      int port = server.port();
      assertThat(peer.echo("a")).isEqualTo("a");
      server.node.suspend();
      assertThatThrownBy(() -> transport.connect(port)).isInstanceOf(ConnectException.class);
      assertThat(peer.echo("b")).isEqualTo("b");
      server.node.resume();
      server.await(Status.RUNNING);
      assertThat(server.port()).isEqualTo(port);
      assertThat(connect(server).echo("c")).isEqualTo("c");
      assertThat(peer.echo("d")).isEqualTo("d");
    }
  }

  @Test
  void x2PortInUseIsSaidAndHadAsSoonAsItIsFree() throws Exception {
    var at = new ListenAt(InetSocketAddress.createUnresolved("memory", 77), 8, Map.of());
    var other = transport.listen(at);
    assertThatThrownBy(() -> transport.listen(at)).isInstanceOf(BindException.class);
    try (var server = server(handler)) {
      int port = server.port();
      assertThat(server.node.configure(AlteredSettings.of("port", 77)).orElseThrow())
          .contains("memory:77"); // refused: the server keeps the port it has
      assertThat(transport.connect(port).echo("z")).isEqualTo("z");
      server.node.suspend();
      assertThat(server.node.configure(AlteredSettings.of("port", 77))).isEmpty();
      server.node.resume();
      server.await(Status.FAILED);
      assertThat(server.node.info().reason().orElseThrow()).contains("127.0.0.1:77");
      other.close();
      server.await(Status.RUNNING);
      assertThat(transport.connect(77).echo("a")).isEqualTo("a");
    }
  }
}
