// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.server;

import static io.thousandisland.runtime.server.MaskSocket.HELLO;
import static io.thousandisland.runtime.server.MaskTransport.mask;
import static io.thousandisland.runtime.server.MaskTransport.unmask;
import static org.assertj.core.api.Assertions.assertThat;

import io.thousandisland.handler.Next;
import io.thousandisland.handler.ReadTimeout;
import io.thousandisland.handler.Socket;
import io.thousandisland.telemetry.Ending;
import io.thousandisland.telemetry.TelemetryEvent;
import java.io.IOException;
import java.net.ProtocolException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Rows K15 and B11: another transport in mid-connection, as STARTTLS does. */
@Timeout(60)
class SwitchTransportTest {

  private static final Duration SHORT = Duration.ofMillis(800);

  private final MemoryTransport memory = new MemoryTransport();

  @AfterEach
  void close() {
    memory.close();
  }

  /** Switches when the client says so, and is an echo before and after. */
  private static final class Switching extends TestHandler {
    private final UnaryOperator<Next.SwitchTransport<String>> how;
    private final String to;
    private final Map<String, Object> options;
    final BlockingQueue<String> facts = new LinkedBlockingQueue<>();

    Switching(
        String to, Map<String, Object> options, UnaryOperator<Next.SwitchTransport<String>> how) {
      this.to = to;
      this.options = options;
      this.how = how;
    }

    @Override
    public Next<String> handleData(ByteBuffer data, Socket socket, String state) throws Exception {
      facts.add(socket.transport() + " " + socket.secure());
      ByteBuffer seen = data.duplicate();
      if (!text(seen).equals("SWITCH")) {
        return super.handleData(data, socket, state);
      }
      data.position(data.limit());
      socket.send(bytes("GO"));
      return how.apply(Next.switchTransport(to, options, "switched"));
    }
  }

  private static Switching to(String name) {
    return new Switching(name, Map.of(), next -> next);
  }

  private RunningServer server(Switching handler, Object... changes) {
    var server = new RunningServer(AlteredSettings.of(changes), memory, handler);
    var others = Map.of("mask", new MaskTransport(memory, 2, 1), "memory", memory);
    server.node.transports(others::get);
    return server;
  }

  private MemoryPeer told(RunningServer server) throws IOException {
    MemoryPeer peer = memory.connect(server.port());
    assertThat(peer.echo("before")).isEqualTo("before");
    peer.send("SWITCH");
    assertThat(peer.read(2)).isEqualTo("GO");
    return peer;
  }

  private static void shakeHands(MemoryPeer peer) throws IOException {
    for (int round = 0; round < 2; round++) {
      peer.send(HELLO);
      assertThat(peer.receive(1)).hasSize(1);
    }
  }

  private static String echo(MemoryPeer peer, String text) throws IOException {
    peer.send(mask(text));
    return unmask(peer.receive(text.length()));
  }

  private static Throwable failed(Switching handler, RunningServer server, MemoryPeer peer)
      throws Exception {
    assertThat(handler.ended()).isEqualTo("error switched");
    server.awaitConnections(0);
    assertThat(peer.ended()).isTrue();
    var stopped = server.awaitEvent(TelemetryEvent.ConnectionStopped.class);
    assertThat(stopped.ending()).isInstanceOf(Ending.Failed.class);
    return handler.errors.take();
  }

  @Test
  void k15EchoGoesOnOverTheNewTransport() throws Exception {
    var handler = to("mask");
    try (var server = server(handler);
        var peer = told(server)) {
      shakeHands(peer);
      assertThat(echo(peer, "after")).isEqualTo("after");
      assertThat(echo(peer, "again")).isEqualTo("again");
      assertThat(handler.facts)
          .containsExactly("test false", "test false", "mask true", "mask true");
      peer.close();
      assertThat(handler.ended()).isEqualTo("close switched");
      var counters = server.awaitEvent(TelemetryEvent.ConnectionStopped.class).counters();
      assertThat(counters.bytesReceived()).isEqualTo("beforeSWITCHafteragain".length());
    }
  }

  @Test
  void k15AnswerOfHandleConnectionSwitchesToo() throws Exception {
    var first =
        new TestHandler() {
          @Override
          public Next<String> handleConnection(Socket socket) throws Exception {
            socket.receive(6);
            return Next.switchTransport("mask", Map.of(), "switched");
          }
        };
    try (var server = new RunningServer(RunningServer.settings(), memory, first)) {
      server.node.transports(Map.of("mask", new MaskTransport(memory, 2, 1))::get);
      var peer = memory.connect(server.port());
      peer.send("SWITCH" + HELLO + HELLO); // the handler has asked for only six bytes
      peer.receive(2);
      assertThat(echo(peer, "after")).isEqualTo("after");
    }
  }

  @Test
  void b11SwitchWithAOneShotTimeout() throws Exception {
    var handler = new Switching("mask", Map.of(), next -> next.within(SHORT));
    try (var server = server(handler);
        var peer = told(server)) {
      shakeHands(peer);
      assertThat(handler.ended()).isEqualTo("timeout switched");
      assertThat(peer.ended()).isTrue();
    }
  }

  @Test
  void b11OneShotTimeoutOfASwitchMayBeLongerThanTheReadTimeoutAndCountsOnce() throws Exception {
    var handler = new Switching("mask", Map.of(), next -> next.within(Duration.ofMinutes(1)));
    try (var server = server(handler, "readTimeout", SHORT);
        var peer = told(server)) {
      shakeHands(peer);
      server.await("quiet for twice the read timeout", new Elapsed(SHORT.multipliedBy(2)));
      assertThat(echo(peer, "x")).isEqualTo("x");
      assertThat(handler.ended()).isEqualTo("timeout switched"); // by the read timeout, as before
    }
  }

  private record Elapsed(long until) implements java.util.function.Predicate<RunningServer> {
    Elapsed(Duration time) {
      this(System.nanoTime() + time.toNanos());
    }

    @Override
    public boolean test(RunningServer server) {
      return System.nanoTime() - until >= 0;
    }
  }

  @Test
  void b11SwitchWithAPersistentTimeout() throws Exception {
    var handler = new Switching("mask", Map.of(), next -> next.withReadTimeout(SHORT));
    try (var server = server(handler);
        var peer = told(server)) {
      shakeHands(peer);
      assertThat(echo(peer, "x")).isEqualTo("x");
      assertThat(handler.ended()).isEqualTo("timeout switched");
    }
  }

  @Test
  void k15UpgradeHasTheHandshakeTimeout() throws Exception {
    var handler = to("mask");
    try (var server = server(handler, "handshakeTimeout", SHORT);
        var peer = told(server)) {
      assertThat(failed(handler, server, peer)).isInstanceOf(SocketTimeoutException.class);
    }
  }

  @Test
  void k15UpgradeWhoseHandshakeFailsIsAnError() throws Exception {
    var handler = to("mask");
    try (var server = server(handler);
        var peer = told(server)) {
      peer.send("!");
      assertThat(failed(handler, server, peer)).isInstanceOf(ProtocolException.class);
    }
  }

  @Test
  void b14CloseOfOursInTheHandshakeIsNotThePeers() throws Exception {
    var handler = to("mask");
    try (var server = server(handler, "handshakeTimeout", ReadTimeout.FOREVER);
        var peer = told(server)) {
      handler.ref().close();
      assertThat(handler.ended()).isEqualTo("close switched");
      var stopped = server.awaitEvent(TelemetryEvent.ConnectionStopped.class);
      assertThat(stopped.ending()).isEqualTo(new Ending.ByUs());
      assertThat(peer.ended()).isTrue();
    }
  }

  @Test
  void k15UnknownTransportIsAnErrorThatNamesIt() throws Exception {
    var handler = to("tsl");
    try (var server = server(handler);
        var peer = told(server)) {
      assertThat(failed(handler, server, peer))
          .isNotInstanceOf(IOException.class) // those count as the network's, and are not told
          .hasMessageContaining("tsl");
    }
  }

  @Test
  void k15TransportThatCannotBeLaidOverAnotherIsAnError() throws Exception {
    var handler = to("memory");
    try (var server = server(handler);
        var peer = told(server)) {
      assertThat(failed(handler, server, peer))
          .isInstanceOf(UnsupportedOperationException.class)
          .hasMessageContaining("MemoryTransport");
    }
  }

  @Test
  void k15WrongOptionIsAnErrorThatNamesIt() throws Exception {
    var handler = new Switching("mask", Map.of("colour", "red"), next -> next);
    try (var server = server(handler);
        var peer = told(server)) {
      assertThat(failed(handler, server, peer)).hasMessageContaining("colour");
    }
  }
}
