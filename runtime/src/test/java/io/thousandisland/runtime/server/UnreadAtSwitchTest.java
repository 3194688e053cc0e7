// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.server;

import static io.thousandisland.runtime.server.MaskSocket.HELLO;
import static io.thousandisland.runtime.server.MaskTransport.unmask;
import static org.assertj.core.api.Assertions.assertThat;

import io.thousandisland.handler.Next;
import io.thousandisland.handler.Socket;
import io.thousandisland.telemetry.TelemetryEvent;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Bytes that a switch of transport finds unread belong to the new transport (K15; CVE-2011-0411).
 */
@Timeout(60)
class UnreadAtSwitchTest {

  private final MemoryTransport memory = new MemoryTransport();

  /**
   * Takes six bytes, leaves the others unread, and switches; remembers the bytes it gets after
   * that.
   */
  private static class Pipelined extends TestHandler {
    final BlockingQueue<String> after = new LinkedBlockingQueue<>();

    @Override
    public Next<String> handleData(ByteBuffer data, Socket socket, String state) throws Exception {
      if (state.equals("switched")) {
        after.add(text(data.duplicate()));
        return super.handleData(data, socket, state);
      }
      data.position(data.position() + "SWITCH".length());
      return Next.switchTransport("mask", Map.of(), "switched");
    }
  }

  /** As {@link Pipelined}, but receives its six bytes, and the server reads ahead of it. */
  private static final class Ahead extends Pipelined {
    private final boolean looks;

    Ahead(boolean looks) {
      this.looks = looks;
    }

    @Override
    public Next<String> handleConnection(Socket socket) throws Exception {
      if (looks) {
        socket.receive("SWITC".length());
        while (!socket.peerGone() && socket.counters().bytesReceived() < 10) {
          Thread.onSpinWait();
        }
        socket.receive(1);
      } else {
        socket.receiveUntil(new byte[] {'C', 'H'}, 100);
      }
      return Next.switchTransport("mask", Map.of(), "switched");
    }
  }

  private Pipelined handler = new Pipelined();

  @AfterEach
  void close() {
    memory.close();
  }

  private RunningServer server() {
    var server = new RunningServer(RunningServer.settings(), memory, handler);
    server.node.transports(Map.of("mask", new MaskTransport(memory, 2, 1))::get);
    return server;
  }

  @Test
  void k15ClearTextBehindTheSwitchIsNeverTakenForTheNewTransportsData() throws Exception {
    try (var server = server();
        var peer = memory.connect(server.port())) {
      peer.send("SWITCHevil"); // in one piece
      server.awaitEvent(TelemetryEvent.Received.class);
      try {
        peer.send(HELLO + HELLO + unmask("good".getBytes()));
      } catch (IOException refusedAlready) {
        assertThat(refusedAlready).hasMessageContaining("reset");
      }
      peer.shutdownOutput();
      assertThat(handler.ended()).isEqualTo("error switched"); // "evil" is no handshake
      assertThat(handler.after).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void k15BytesThatTheServerHasReadAheadBelongToTheNewTransport(boolean looks) throws Exception {
    handler = new Ahead(looks);
    try (var server = server();
        var peer = memory.connect(server.port())) {
      peer.send("SWITCH" + HELLO + HELLO + unmask("good".getBytes())); // in one piece
      assertThat(peer.receive(2)).hasSize(2);
      assertThat(unmask(peer.receive(4))).isEqualTo("good");
      assertThat(handler.after.take()).isEqualTo("good");
    }
  }

  @Test
  void k15UnreadBytesBelongToTheNewTransport() throws Exception {
    try (var server = server();
        var peer = memory.connect(server.port())) {
      peer.send("SWITCH" + HELLO + HELLO + unmask("good".getBytes())); // in one piece
      assertThat(peer.receive(2)).hasSize(2);
      assertThat(unmask(peer.receive(4))).isEqualTo("good");
    }
  }
}
