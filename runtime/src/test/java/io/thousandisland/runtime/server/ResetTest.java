// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.server;

import static io.thousandisland.runtime.server.Peers.read;
import static io.thousandisland.runtime.server.Peers.send;
import static io.thousandisland.runtime.server.TestHandler.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.thousandisland.handler.Next;
import io.thousandisland.handler.Socket;
import io.thousandisland.runtime.settings.BufferSettings;
import io.thousandisland.runtime.shared.MemoryBudget;
import io.thousandisland.telemetry.Ending;
import io.thousandisland.telemetry.TelemetryEvent;
import java.io.IOException;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Rule H8, the reset: a peer does not take a part of an answer for the whole. */
@Timeout(60)
class ResetTest {

  private static final int LARGE = 16 << 20;

  /** Sends a half at "go", and does something else when the peer has it and writes again. */
  private abstract static class Half extends TestHandler {
    @Override
    public Next<String> handleData(ByteBuffer data, Socket socket, String state) throws Exception {
      if (!text(data).equals("go")) {
        return missing(socket, state);
      }
      socket.send("half");
      return Next.proceed(state);
    }

    abstract Next<String> missing(Socket socket, String state) throws IOException;
  }

  private static void resetInTheMiddle(java.net.Socket client) throws IOException {
    send(client, "go");
    assertThat(read(client, 4)).isEqualTo("half");
    send(client, "on");
    endsByReset(client);
  }

  private static void endsByReset(java.net.Socket client) {
    assertThatThrownBy(() -> client.getInputStream().readAllBytes())
        .isInstanceOf(SocketException.class)
        .hasMessageContaining("reset");
  }

  @Test
  void h8PeerReadsNoEndAfterAResetAndTheAnswerIsAClose() throws Exception {
    var handler =
        new Half() {
          @Override
          Next<String> missing(Socket socket, String state) throws IOException {
            socket.send("not for you");
            socket.send("nor this, which may wait for the callback's end");
            socket.reset();
            assertThatThrownBy(() -> socket.send("more"))
                .isInstanceOf(ClosedChannelException.class);
            return Next.proceed(state);
          }
        };
    try (var server = new RunningServer(handler)) {
      resetInTheMiddle(server.connect());
      assertThat(handler.ended()).isEqualTo("close new");
      var stopped = server.awaitEvent(TelemetryEvent.ConnectionStopped.class);
      assertThat(stopped.ending()).isEqualTo(new Ending.ByUs());
      server.awaitFreePlaces();
    }
  }

  @Test
  void h8HandlerMayResetInItsLastCallback() throws Exception {
    var handler =
        new Half() {
          @Override
          Next<String> missing(Socket socket, String state) throws IOException {
            throw new IOException("the rest is missing");
          }

          @Override
          public void handleError(Throwable reason, Socket socket, String state) {
            socket.reset();
            super.handleError(reason, socket, state);
          }
        };
    try (var server = new RunningServer(handler)) {
      resetInTheMiddle(server.connect());
      assertThat(handler.ended()).isEqualTo("error new");
      var stopped = server.awaitEvent(TelemetryEvent.ConnectionStopped.class);
      assertThat(stopped.ending()).isInstanceOf(Ending.Failed.class);
      server.awaitFreePlaces();
    }
  }

  @Test
  void h8ResetWaitsNeitherForUnsentBytesNorForTheEndBehindThem() throws Exception {
    var memory = new MemoryBudget(4L * LARGE);
    var handler =
        new TestHandler() {
          @Override
          public Next<String> handleData(ByteBuffer data, Socket socket, String state) {
            data.position(data.limit());
            return Next.close(state);
          }

          @Override
          public void handleClose(Socket socket, String state) {
            try {
              socket.send(ByteBuffer.allocate(LARGE)); // more than the kernels take
              socket.shutdownOutput();
            } catch (IOException e) {
              errors.add(e);
            }
            assertThat(memory.used()).isPositive();
            socket.reset();
            super.handleClose(socket, state);
          }
        };
    var defaults = RunningServer.settings().buffers();
    var much =
        RunningServer.settings()
            .with(
                new BufferSettings(
                    defaults.read(), defaults.unreadLimit(), LARGE, defaults.mailbox()));
    try (var server = new RunningServer(much, RunningServer.TCP, handler, memory)) {
      var client = server.connect();
      send(client, "go");
      assertThat(handler.ended()).isEqualTo("close new");
      server.awaitFreePlaces();
      endsByReset(client);
      assertThat(handler.errors).isEmpty();
    }
    assertThat(memory.used()).isZero();
  }

  @Test
  void h8OtherThreadsAreRefused() throws Exception {
    var handler =
        new Half() {
          @Override
          Next<String> missing(Socket socket, String state) throws IOException {
            var refused = new Throwable[1];
            Thread other =
                Thread.ofPlatform()
                    .start(
                        () -> {
                          try {
                            socket.reset();
                          } catch (IllegalStateException e) {
                            refused[0] = e;
                          }
                        });
            try {
              other.join();
            } catch (InterruptedException e) {
              throw new IOException(e);
            }
            socket.send(refused[0] == null ? "reset" : "refused");
            return Next.close(state);
          }
        };
    try (var server = new RunningServer(handler)) {
      var client = server.connect();
      send(client, "go");
      assertThat(read(client, 4)).isEqualTo("half");
      send(client, "on");
      assertThat(read(client, 7)).isEqualTo("refused");
    }
  }

  /** A transport without options has no resets. */
  @Test
  void h8PeerOverATransportWithoutResetsGetsAnEnd() throws Exception {
    var handler =
        new Half() {
          @Override
          Next<String> missing(Socket socket, String state) {
            socket.reset();
            return Next.proceed(state);
          }
        };
    try (var transport = new MemoryTransport();
        var server = new RunningServer(RunningServer.settings(), transport, handler);
        var peer = transport.connect(server.port())) {
      peer.send("go");
      assertThat(peer.read(4)).isEqualTo("half");
      peer.send("on");
      assertThat(peer.ended()).isTrue();
      assertThat(handler.ended()).isEqualTo("close new");
    }
  }
}
