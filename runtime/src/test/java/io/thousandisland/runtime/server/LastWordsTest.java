// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.server;

import static io.thousandisland.runtime.server.Peers.echo;
import static io.thousandisland.runtime.server.Peers.read;
import static io.thousandisland.runtime.server.Peers.readToEnd;
import static io.thousandisland.runtime.server.Peers.send;
import static io.thousandisland.runtime.server.TestHandler.bytes;
import static io.thousandisland.runtime.server.TestHandler.text;
import static org.assertj.core.api.Assertions.assertThat;

import io.thousandisland.handler.Next;
import io.thousandisland.handler.Socket;
import io.thousandisland.runtime.settings.BufferSettings;
import io.thousandisland.telemetry.Ending;
import io.thousandisland.telemetry.TelemetryEvent;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Rule H2: one terminal callback, the one that fits, on a socket that is still open. */
@Timeout(60)
class LastWordsTest {

  private static final Duration SHORT = Duration.ofMillis(50);

  private static String shutDown(RunningServer server) {
    server.node.connections().forEach(c -> server.node.drainConnection(c.id()));
    return "";
  }

  // ---- the socket is open

  private enum Way {
    HANDLER_CLOSES("close"),
    HANDLER_FAILS("error"),
    HANDLER_THROWS("error"),
    TIMEOUT("timeout"),
    RECEIVE_TIMEOUT("timeout"),
    PEER_ENDS("close"),
    REFERENCE_CLOSES("close"),
    SHUTDOWN("shutdown");

    private final String callback;

    Way(String callback) {
      this.callback = callback;
    }
  }

  /**
   * Ends in the way that the client asks for. At the end it sends a goodbye, and waits for an
   * answer.
   */
  private static final class Polite extends TestHandler {
    final BlockingQueue<String> answers = new LinkedBlockingQueue<>();

    @Override
    public Next<String> handleData(ByteBuffer data, Socket socket, String state) throws Exception {
      String way = text(data.duplicate());
      socket.send(data);
      return switch (way) {
        case "HANDLER_CLOSES" -> Next.close(state);
        case "HANDLER_FAILS" -> Next.fail(new IOException("on purpose"), state);
        case "HANDLER_THROWS" -> throw new IllegalStateException("on purpose");
        case "TIMEOUT" -> Next.proceed(state).within(SHORT);
        case "RECEIVE_TIMEOUT" -> Next.proceed(text(socket.receive(SHORT)));
        default -> Next.proceed(state);
      };
    }

    private void sayGoodbye(Socket socket) {
      try {
        socket.send(bytes("bye"));
        answers.add(text(socket.receive(2)));
      } catch (IOException e) {
        answers.add(e.toString());
      }
    }

    @Override
    public void handleClose(Socket socket, String state) {
      sayGoodbye(socket);
      super.handleClose(socket, state);
    }

    @Override
    public void handleError(Throwable reason, Socket socket, String state) {
      sayGoodbye(socket);
      super.handleError(reason, socket, state);
    }

    @Override
    public void handleTimeout(Socket socket, String state) {
      sayGoodbye(socket);
      super.handleTimeout(socket, state);
    }

    @Override
    public void handleShutdown(Socket socket, String state) {
      sayGoodbye(socket);
      super.handleShutdown(socket, state);
    }
  }

  @ParameterizedTest
  @EnumSource
  void h2TerminalCallbackMaySendAndReceiveAndThenTheSocketIsClosed(Way way) throws Exception {
    var handler = new Polite();
    try (var server = new RunningServer(handler)) {
      var client = server.connect();
      assertThat(echo(client, way.name())).isEqualTo(way.name());
      switch (way) {
        case PEER_ENDS -> client.shutdownOutput();
        case REFERENCE_CLOSES -> handler.ref().close();
        case SHUTDOWN -> shutDown(server);
        default -> {}
      }
      assertThat(read(client, 3)).isEqualTo("bye");
      if (way == Way.PEER_ENDS) {
        assertThat(handler.answers.poll(20, TimeUnit.SECONDS)).contains("PeerClosedException");
      } else {
        send(client, "ok");
        assertThat(handler.answers.poll(20, TimeUnit.SECONDS)).isEqualTo("ok");
      }
      assertThat(readToEnd(client)).isEmpty();
      assertThat(handler.ended()).isEqualTo(way.callback + " new");
    }
  }

  // ---- the callback that fits

  private enum Interruption {
    PEER_CLOSES("close", new Ending.ByPeer()),
    READ_TIMEOUT("timeout", new Ending.TimedOut()),
    SHUTDOWN("shutdown", new Ending.ShutDown()),
    REFERENCE_CLOSES("close", new Ending.ByUs());

    private final String callback;
    private final Ending ending;

    Interruption(String callback, Ending ending) {
      this.callback = callback;
      this.ending = ending;
    }
  }

  /** Waits for three bytes in a callback, and lets the exception pass that ends the wait. */
  private static class Waiting extends TestHandler {
    final CountDownLatch inside = new CountDownLatch(1);

    @Override
    public Next<String> handleData(ByteBuffer data, Socket socket, String state) throws Exception {
      boolean patient = !text(data).equals("READ_TIMEOUT");
      inside.countDown();
      return Next.proceed(text(socket.receive(3, patient ? Duration.ofMinutes(1) : SHORT)));
    }
  }

  private static void interrupt(RunningServer server, Waiting handler, Interruption how)
      throws Exception {
    var client = server.connect();
    send(client, how.name());
    handler.inside.await();
    switch (how) {
      case PEER_CLOSES -> {
        send(client, "12"); // one byte less than the handler waits for
        client.shutdownOutput();
      }
      case SHUTDOWN -> shutDown(server);
      case REFERENCE_CLOSES -> handler.ref().close();
      case READ_TIMEOUT -> {}
    }
    assertThat(handler.ended()).isEqualTo(how.callback + " new");
    assertThat(server.awaitEvent(TelemetryEvent.ConnectionStopped.class).ending())
        .isEqualTo(how.ending);
    assertThat(handler.errors).isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void h2WhatEndsAReceiveAndPassesOutOfACallbackEndsInTheCallbackThatFits(Interruption how)
      throws Exception {
    var handler = new Waiting();
    try (var server = new RunningServer(handler)) {
      interrupt(server, handler, how);
    }
  }

  /**
   * A closed reference is left out: a handler that catches this failure and answers with it means
   * an error.
   */
  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "REFERENCE_CLOSES")
  void h2WhatEndsAReceiveAndIsAnsweredWithFailDoesSo(Interruption how) throws Exception {
    var handler =
        new Waiting() {
          @Override
          public Next<String> handleData(ByteBuffer data, Socket socket, String state) {
            try {
              return super.handleData(data, socket, state);
            } catch (Exception e) {
              return Next.fail(e, state);
            }
          }
        };
    try (var server = new RunningServer(handler)) {
      interrupt(server, handler, how);
    }
  }

  // ---- the handler that gets the last word

  @Test
  void h2ConnectionThatMigratedEndsWithTheHandlerItIsWithThen() throws Exception {
    var old = new TestHandler();
    var next = new TestHandler();
    try (var server = new RunningServer(old)) {
      var client = server.connect();
      assertThat(echo(client, "a")).isEqualTo("a");
      server.serve(next);
      assertThat(server.node.retire(1).get(20, TimeUnit.SECONDS).migrated()).isEqualTo(1);
      client.close();
      assertThat(next.ended()).isEqualTo("close new");
      server.awaitEvent(TelemetryEvent.ConnectionStopped.class);
      assertThat(next.further()).isEmpty();
      assertThat(old.further()).isEmpty();
    }
  }

  @Test
  void h2ThreadThatHadToBeAbandonedHearsNoTerminalCallbackWhenItComesBack() throws Exception {
    var inside = new CountDownLatch(1);
    var goOn = new CountDownLatch(1);
    var handler =
        new TestHandler() {
          @Override
          public Next<String> handleData(ByteBuffer data, Socket socket, String state) {
            inside.countDown();
            while (goOn.getCount() > 0) {
              try {
                goOn.await();
              } catch (InterruptedException e) {
                continue; // as in handlers that swallow interrupts
              }
            }
            return Next.close(state);
          }
        };
    try (var server = new RunningServer(AlteredSettings.of("shutdownTimeout", SHORT), handler)) {
      send(server.connect(), "a");
      inside.await();
      assertThat(server.node.drain().result().get(20, TimeUnit.SECONDS).lingering()).hasSize(1);
      goOn.countDown();
      server.awaitEvent(TelemetryEvent.ConnectionStopped.class);
      assertThat(handler.further()).isEmpty();
    }
  }

  @Test
  void h2HandlerIsLeftAfterItsLastWordThoughThePeerHasNotTakenThatYet() throws Exception {
    int large = 16 << 20; // more bytes than the kernel keeps for a connection
    var handler =
        new TestHandler() {
          @Override
          public Next<String> handleData(ByteBuffer data, Socket socket, String state) {
            return Next.close(state);
          }

          @Override
          public void handleClose(Socket socket, String state) {
            try {
              socket.send(ByteBuffer.allocate(large));
            } catch (IOException e) {
              errors.add(e);
            }
            super.handleClose(socket, state);
          }
        };
    var roomy = RunningServer.settings().with(new BufferSettings(64 << 10, 1 << 20, large, 256));
    try (var server = new RunningServer(roomy, handler)) {
      var client = server.connect();
      send(client, "a");
      assertThat(handler.ended()).isEqualTo("close new");
      server.await("left", s -> s.node.info().generations().getFirst().connections() == 0);
      assertThat(server.node.info().connections()).as("it still sends").isEqualTo(1);
      assertThat(client.getInputStream().readAllBytes()).hasSize(large);
      assertThat(handler.errors).isEmpty();
    }
  }
}
