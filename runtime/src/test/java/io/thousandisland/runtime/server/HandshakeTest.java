// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.server;

import static io.thousandisland.runtime.server.MaskSocket.HELLO;
import static io.thousandisland.runtime.server.MaskTransport.mask;
import static io.thousandisland.runtime.server.MaskTransport.unmask;
import static org.assertj.core.api.Assertions.assertThat;

import io.thousandisland.handler.ReadTimeout;
import io.thousandisland.telemetry.Ending;
import io.thousandisland.telemetry.TelemetryEvent;
import io.thousandisland.transport.tcp.TcpTransport;
import java.io.EOFException;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.ProtocolException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Rule S3; conformance rows K8 and K9, as far as they do not depend on TLS itself. */
@Timeout(60)
class HandshakeTest {

  private static final Duration SHORT = Duration.ofMillis(800);

  /**
   * Three rounds. A reply is more than the peer's window takes, so each round waits for the peer,
   * too.
   */
  private static final int ROUNDS = 3;

  private static final int REPLY = MemoryPipe.CAPACITY + 1;

  private static final int SILENT = 60;

  private final MemoryTransport memory = new MemoryTransport();
  private final MaskTransport transport = new MaskTransport(memory, ROUNDS, REPLY);
  private final TestHandler handler = new TestHandler();

  @AfterEach
  void close() {
    memory.close();
  }

  private RunningServer server(Object... changes) {
    return new RunningServer(AlteredSettings.of(changes), transport, handler);
  }

  private MemoryPeer connect(RunningServer server) throws IOException {
    return memory.connect(server.port());
  }

  private static void shakeHands(MemoryPeer peer) throws IOException {
    for (int round = 0; round < ROUNDS; round++) {
      peer.send(HELLO);
      assertThat(peer.receive(REPLY)).hasSize(REPLY);
    }
  }

  private static String echo(MemoryPeer peer, String text) throws IOException {
    peer.send(mask(text));
    return unmask(peer.receive(text.length()));
  }

  /**
   * Checks that the connection is over, that this was reported once, and that nothing is left.
   * Returns the failure.
   */
  private Throwable failed(RunningServer server, MemoryPeer peer) throws Exception {
    assertThat(handler.ended()).isEqualTo("error null");
    server.awaitConnections(0);
    var stopped = server.awaitEvent(TelemetryEvent.ConnectionStopped.class);
    assertThat(stopped.ending()).isInstanceOf(Ending.Failed.class);
    assertThat(server.events(TelemetryEvent.ConnectionStopped.class)).hasSize(1);
    assertThat(server.events(TelemetryEvent.ConnectionReady.class)).isEmpty();
    while (!peer.ended()) {} // bytes sent before may still be there
    assertThat(handler.further()).isEmpty();
    return handler.errors.take();
  }

  @Test
  void s3HandshakeOfSeveralRoundsInBothDirections() throws Exception {
    try (var server = server();
        var peer = connect(server)) {
      shakeHands(peer);
      assertThat(echo(peer, "hello")).isEqualTo("hello");
      var ready = server.awaitEvent(TelemetryEvent.ConnectionReady.class);
      assertThat(ready.handshake()).isPositive();
      peer.close();
      assertThat(handler.ended()).isEqualTo("close new");
    }
  }

  @Test
  void s3BytesThatFollowTheHandshakeAtOnceAreRead() throws Exception {
    var quick = new MaskTransport(memory, 2, 1);
    try (var server = new RunningServer(RunningServer.settings(), quick, handler);
        var peer = connect(server)) {
      peer.send(HELLO + HELLO + unmask("early".getBytes()));
      peer.receive(2);
      assertThat(unmask(peer.receive(5))).isEqualTo("early");
    }
  }

  @Test
  void k8HandshakeOfASilentPeerEndsInATimeout() throws Exception {
    try (var server = server("handshakeTimeout", SHORT);
        var peer = connect(server)) {
      peer.send(HELLO);
      assertThat(peer.receive(REPLY)).hasSize(REPLY);
      assertThat(failed(server, peer))
          .isInstanceOf(SocketTimeoutException.class)
          .hasMessageContaining("handshake");
    }
  }

  @Test
  void s3PeersThatAreSilentInTheHandshakeKeepNoThread() throws Exception {
    var quick = new MaskTransport(new TcpTransport(), 1, 1);
    try (var server = new RunningServer(RunningServer.settings(), quick, handler)) {
      int before = platformThreads();
      var peers = new ArrayList<Socket>();
      for (int i = 0; i < SILENT; i++) {
        peers.add(server.connect());
      }
      quick.inVain.acquire(SILENT); // each has looked for the first byte
      assertThat(platformThreads() - before).isLessThan(SILENT / 2);
      for (Socket peer : peers) { // and goes on where it was
        Peers.send(peer, HELLO);
        assertThat(Peers.read(peer, 1)).hasSize(1);
        peer.close();
      }
    }
  }

  private static int platformThreads() {
    return ManagementFactory.getThreadMXBean().getThreadCount();
  }

  @Test
  void k8HandshakeOfAPeerThatDoesNotReadEndsInATimeout() throws Exception {
    try (var server = server("handshakeTimeout", SHORT);
        var peer = connect(server)) {
      peer.send(HELLO);
      assertThat(failed(server, peer)).isInstanceOf(SocketTimeoutException.class);
    }
  }

  @Test
  void s2BytesThatHaveArrivedWinOverTheHandshakeTimeout() throws Exception {
    var settings = AlteredSettings.of("handshakeTimeout", Duration.ofSeconds(1));
    var quick = new MaskTransport(memory, 1, 1);
    try (var server = new RunningServer(settings, quick, handler);
        var peer = connect(server)) {
      quick.inVain.acquire();
      memory.stall(); // as in a process that was stopped: the deadline is noticed first
      peer.send(HELLO);
      assertThat(peer.receive(1)).hasSize(1);
      handler.ref(); // the handshake is done
      assertThat(handler.further()).isEmpty();
    }
  }

  @Test
  void k9HandshakeThatFailsIsToldOnceWithItsReason() throws Exception {
    try (var server = server();
        var peer = connect(server)) {
      peer.send("!");
      assertThat(failed(server, peer))
          .isInstanceOf(ProtocolException.class)
          .hasMessage("no hello but !");
    }
  }

  @Test
  void k9PeerThatLeavesInTheHandshakeIsAnError() throws Exception {
    try (var server = server();
        var peer = connect(server)) {
      peer.send(HELLO);
      peer.receive(REPLY);
      peer.shutdownOutput();
      assertThat(failed(server, peer)).isInstanceOf(EOFException.class);
    }
  }

  @Test
  void s3StalledHandshakesKeepNobodyFromBeingServed() throws Exception {
    try (var server = server("acceptors", 1, "handshakeTimeout", ReadTimeout.FOREVER)) {
      for (int i = 0; i < 20; i++) {
        connect(server).send(HELLO);
      }
      var peer = connect(server);
      shakeHands(peer);
      assertThat(echo(peer, "x")).isEqualTo("x");
      assertThat(server.node.info().connections()).isEqualTo(21);
    }
  }

  @Test
  void s5ShutdownEndsAStalledHandshake() throws Exception {
    try (var server = server("handshakeTimeout", ReadTimeout.FOREVER);
        var peer = connect(server)) {
      server.awaitConnections(1);
      var drained = server.stop();
      assertThat(drained.graceful()).isEqualTo(1);
      assertThat(handler.ended()).isEqualTo("shutdown null");
      assertThat(peer.ended()).isTrue();
    }
  }
}
