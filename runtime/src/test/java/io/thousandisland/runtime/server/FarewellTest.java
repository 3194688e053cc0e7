// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.server;

import static io.thousandisland.runtime.server.Peers.echo;
import static io.thousandisland.runtime.server.Peers.ended;
import static io.thousandisland.runtime.server.Peers.read;
import static io.thousandisland.runtime.server.Peers.send;
import static io.thousandisland.runtime.server.TestHandler.bytes;
import static io.thousandisland.runtime.server.TestHandler.text;
import static org.assertj.core.api.Assertions.assertThat;

import io.thousandisland.handler.Next;
import io.thousandisland.handler.PeerClosedException;
import io.thousandisland.handler.Socket;
import io.thousandisland.runtime.connection.Farewell;
import io.thousandisland.runtime.settings.BufferSettings;
import io.thousandisland.runtime.settings.LimitSettings;
import io.thousandisland.runtime.settings.ServerSettings;
import io.thousandisland.runtime.settings.Timeouts;
import io.thousandisland.server.Drained;
import io.thousandisland.telemetry.Ending;
import io.thousandisland.telemetry.TelemetryEvent;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Rules H2 and H8: the last bytes in either direction, and how long an ending may take. */
@Timeout(60)
class FarewellTest {

  private static final int LARGE = 1 << 20;

  private static ServerSettings patient() {
    return RunningServer.settings()
        .with(Timeouts.DEFAULT.withDrain(Duration.ofSeconds(20), Duration.ofSeconds(20)));
  }

  /** Answers with a mebibyte, and closes. */
  private static class Generous extends TestHandler {
    @Override
    public Next<String> handleData(ByteBuffer data, Socket socket, String state) throws Exception {
      data.position(data.limit());
      socket.send(ByteBuffer.allocate(LARGE));
      return Next.close(state);
    }
  }

  @Test
  void h2AnswerArrivesWholeThoughThePeerStillSendsWhenTheHandlerCloses() throws Exception {
    var handler = new Generous();
    try (var server = new RunningServer(handler)) {
      var client = server.connect();
      client.setReceiveBufferSize(64 << 10); // most of the answer waits at the server
      send(client, "go");
      assertThat(handler.ended()).isEqualTo("close new");
      send(client, "hasty!");
      int got = client.getInputStream().readNBytes(100_000).length;
      send(client, "hasty!");
      got += client.getInputStream().readAllBytes().length;
      assertThat(got).isEqualTo(LARGE);
    }
  }

  @Test
  void s1PlaceIsFreeThoughThePeerNeverClosesItsSide() throws Exception {
    var one = RunningServer.settings().with(new LimitSettings(1, LimitSettings.WhenReached.PARK));
    try (var server = new RunningServer(one, new Generous())) {
      var first = server.connect();
      send(first, "go");
      assertThat(first.getInputStream().readAllBytes()).hasSize(LARGE);
      var second = server.connect(); // the first connection stays open
      send(second, "go");
      assertThat(second.getInputStream().readAllBytes()).hasSize(LARGE);
    }
  }

  @Test
  void s5DrainDoesNotWaitForPeersThatNeverCloseTheirSide() throws Exception {
    try (var server = new RunningServer(patient(), new TestHandler())) {
      var clients = new ArrayList<java.net.Socket>();
      for (int i = 0; i < 20; i++) {
        clients.add(server.connect());
        assertThat(echo(clients.getLast(), "a")).isEqualTo("a");
      }
      long began = System.nanoTime();
      Drained drained = server.node.drain().result().get(20, TimeUnit.SECONDS);
      assertThat(drained.graceful()).isEqualTo(20);
      assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Farewell.LINGER);
      for (java.net.Socket client : clients) {
        assertThat(ended(client)).isTrue();
      }
    }
  }

  // ---- U9: idle connections

  @Test
  void s5BytesThatHaveArrivedAreHandledBeforeAnIdleConnectionEnds() throws Exception {
    var inside = new CountDownLatch(1);
    var goOn = new CountDownLatch(1);
    var handler =
        new TestHandler() {
          @Override
          public Next<String> handleData(ByteBuffer data, Socket socket, String state)
              throws Exception {
            if (inside.getCount() > 0) {
              inside.countDown();
              goOn.await();
            }
            return super.handleData(data, socket, state);
          }
        };
    try (var server = new RunningServer(patient(), handler)) {
      var client = server.connect();
      send(client, "one");
      inside.await();
      send(client, "two");
      var drain = server.node.drain();
      goOn.countDown();
      assertThat(read(client, 6)).isEqualTo("onetwo");
      assertThat(drain.result().get(20, TimeUnit.SECONDS).graceful()).isEqualTo(1);
      assertThat(handler.ended()).isEqualTo("shutdown new");
    }
  }

  @Test
  void s5ConnectionWithAMessageInPartsIsNotIdle() throws Exception {
    var handler =
        new TestHandler() {
          @Override
          public Next<String> handleData(ByteBuffer data, Socket socket, String state)
              throws Exception {
            if (data.get(data.limit() - 1) != '\n') {
              return Next.proceed(state); // leaves the data unread
            }
            return super.handleData(data, socket, state);
          }
        };
    try (var server = new RunningServer(patient(), handler)) {
      var client = server.connect();
      assertThat(echo(client, "whole\n")).isEqualTo("whole\n");
      send(client, "in pa");
      server.await("read", s -> s.node.connections().getFirst().counters().bytesReceived() == 11);
      var drain = server.node.drain();
      send(client, "rts\n");
      assertThat(read(client, 9)).isEqualTo("in parts\n");
      assertThat(drain.result().get(20, TimeUnit.SECONDS).graceful()).isEqualTo(1);
    }
  }

  // ---- S2: one last look

  @Test
  void b9BytesThatHaveArrivedWinOverTheReadTimeout() throws Exception {
    var settings = RunningServer.settings().with(Timeouts.DEFAULT.withRead(Duration.ofMillis(300)));
    try (var memory = new MemoryTransport();
        var server = new RunningServer(settings, memory, new TestHandler())) {
      MemoryPeer peer = memory.connect(1);
      peer.send("a");
      assertThat(peer.read(1)).isEqualTo("a");
      memory.stall(); // as in a process that was stopped: the deadline is noticed first
      peer.send("b");
      assertThat(peer.read(1)).isEqualTo("b");
    }
  }

  @Test
  void s2RoomThatThereIsWinsOverTheSendTimeout() throws Exception {
    int much = 4 * MemoryPipe.CAPACITY;
    var handler =
        new TestHandler() {
          @Override
          public Next<String> handleData(ByteBuffer data, Socket socket, String state)
              throws Exception {
            data.position(data.limit());
            socket.send(ByteBuffer.allocate(much));
            return Next.close("sent");
          }
        };
    var settings = RunningServer.settings().with(Timeouts.DEFAULT.withSend(Duration.ofMillis(300)));
    try (var memory = new MemoryTransport();
        var server = new RunningServer(settings, memory, handler)) {
      MemoryPeer peer = memory.connect(1);
      peer.send("go");
      peer.receive(1); // the send has begun, and does not fit
      memory.stall(); // as in a process that was stopped: the deadline is noticed first
      assertThat(peer.receive(much - 1)).hasSize(much - 1);
      assertThat(handler.ended()).isEqualTo("close sent");
    }
  }

  @Test
  void s2RoomThatThereIsWinsOverTheSendTimeoutOfBytesLeftToTheConnection() throws Exception {
    int much = 4 * MemoryPipe.CAPACITY;
    var handler =
        new TestHandler() {
          @Override
          public void handleClose(Socket socket, String state) {
            try {
              socket.send(ByteBuffer.allocate(much)); // this send does not wait for the peer
            } catch (java.io.IOException e) {
              throw new java.io.UncheckedIOException(e);
            }
            super.handleClose(socket, state);
          }

          @Override
          public Next<String> handleData(ByteBuffer data, Socket socket, String state) {
            data.position(data.limit());
            return Next.close("closed");
          }
        };
    var settings = RunningServer.settings().with(Timeouts.DEFAULT.withSend(Duration.ofMillis(300)));
    try (var memory = new MemoryTransport();
        var server = new RunningServer(settings, memory, handler)) {
      MemoryPeer peer = memory.connect(1);
      peer.send("go");
      assertThat(handler.ended()).isEqualTo("close closed");
      memory.stall();
      assertThat(peer.receive(much)).hasSize(much);
    }
  }

  // ---- S3: half-close

  /** Collects the rest, and answers later, by a message. */
  private static class HalfOpen extends TestHandler {
    final CompletableFuture<String> rest = new CompletableFuture<>();

    @Override
    public Next<String> handleData(ByteBuffer data, Socket socket, String state) {
      return Next.proceed(state); // leaves all data unread
    }

    @Override
    public Next<String> handleHalfClose(ByteBuffer unread, Socket socket, String state) {
      rest.complete(text(unread));
      return Next.proceed(state);
    }

    @Override
    public Next<String> handleMessage(Object message, Socket socket, String state)
        throws Exception {
      socket.send(bytes((String) message));
      return message.equals("last") ? Next.close(state) : Next.proceed(state);
    }
  }

  @Test
  void k16HandlerHearsOfTheHalfCloseWithTheUnreadRestAndMayStillAnswer() throws Exception {
    var handler = new HalfOpen();
    try (var server = new RunningServer(handler)) {
      var client = server.connect();
      send(client, "question");
      client.shutdownOutput();
      assertThat(handler.rest.get(20, TimeUnit.SECONDS)).isEqualTo("question");
      var ref = handler.ref();
      assertThat(ref.tell("first")).isTrue();
      assertThat(read(client, 5)).isEqualTo("first");
      assertThat(ref.tell("last")).isTrue();
      assertThat(Peers.readToEnd(client)).isEqualTo("last");
      assertThat(handler.ended()).isEqualTo("close new");
    }
  }

  /** Our side first: the peer sees the end, and still sends. */
  @Test
  void k16HandlerThatClosesItsSideGoesOnReceivingInReceiveAndInCallbacks() throws Exception {
    var received = new LinkedBlockingQueue<String>();
    var handler =
        new TestHandler() {
          @Override
          public Next<String> handleData(ByteBuffer data, Socket socket, String state)
              throws Exception {
            received.add(text(data));
            if (state.equals("new")) {
              socket.send(bytes("answer"));
              socket.shutdownOutput();
              received.add(text(socket.receive(5)));
            }
            return Next.proceed("half");
          }
        };
    try (var server = new RunningServer(handler)) {
      var client = server.connect();
      send(client, "first");
      assertThat(received.poll(20, TimeUnit.SECONDS)).isEqualTo("first");
      assertThat(Peers.readToEnd(client)).isEqualTo("answer"); // and the end
      send(client, "inner");
      assertThat(received.poll(20, TimeUnit.SECONDS)).isEqualTo("inner");
      send(client, "later");
      assertThat(received.poll(20, TimeUnit.SECONDS)).isEqualTo("later");
      client.shutdownOutput();
      assertThat(handler.ended()).isEqualTo("close half");
      assertThat(server.awaitEvent(TelemetryEvent.ConnectionStopped.class).ending())
          .isEqualTo(new Ending.ByPeer());
      server.awaitFreePlaces();
    }
  }

  /** The bytes that wait go first, then the end; meanwhile the handler goes on. */
  @Test
  void k16EndOfOurSideComesBehindTheUnsentBytesAndTheHandlerGoesOnReceiving() throws Exception {
    var received = new LinkedBlockingQueue<String>();
    var handler =
        new TestHandler() {
          @Override
          public Next<String> handleData(ByteBuffer data, Socket socket, String state)
              throws Exception {
            received.add(text(data));
            if (state.equals("new")) {
              socket.send(ByteBuffer.allocate(LARGE)); // more than the kernel takes
              socket.shutdownOutput();
            }
            return Next.proceed("half");
          }
        };
    try (var server = new RunningServer(new TestHandler())) {
      server.serve(handler, true); // so that the bytes are the connection's
      var client = server.connect();
      send(client, "first");
      assertThat(received.poll(20, TimeUnit.SECONDS)).isEqualTo("first");
      send(client, "later");
      assertThat(client.getInputStream().readAllBytes()).hasSize(LARGE);
      assertThat(received.poll(20, TimeUnit.SECONDS)).isEqualTo("later");
      client.shutdownOutput();
      assertThat(handler.ended()).isEqualTo("close half");
    }
  }

  @Test
  void k16ReceiveAfterTheHalfCloseSaysAtOnceThatThePeerHasClosed() throws Exception {
    var handler =
        new HalfOpen() {
          @Override
          public Next<String> handleMessage(Object message, Socket socket, String state)
              throws Exception {
            return Next.proceed(text(socket.receive()));
          }
        };
    try (var server = new RunningServer(handler)) {
      var client = server.connect();
      send(client, "question");
      client.shutdownOutput();
      assertThat(handler.rest.get(20, TimeUnit.SECONDS)).isEqualTo("question");
      assertThat(handler.ref().tell("receive")).isTrue();
      assertThat(handler.ended()).isEqualTo("close new");
    }
  }

  @Test
  void k16ConnectionThatIsHalfOpenMigrates() throws Exception {
    var handler = new HalfOpen();
    try (var server = new RunningServer(patient(), new TestHandler())) {
      long service = server.serve(handler);
      var client = server.connect();
      send(client, "x");
      client.shutdownOutput();
      handler.rest.get(20, TimeUnit.SECONDS);
      var ref = handler.ref();
      assertThat(server.node.retire(service).get(20, TimeUnit.SECONDS).migrated()).isEqualTo(1);
      ref.tell("last");
      server.serve(new HalfOpen());
      assertThat(Peers.readToEnd(client)).isEqualTo("last");
    }
  }

  @Test
  void b10PeerThatClosesEndsTheConnectionUnlessTheHandlerWantsOtherwise() throws Exception {
    var handler = new TestHandler();
    try (var server = new RunningServer(handler)) {
      var client = server.connect();
      assertThat(echo(client, "a")).isEqualTo("a");
      client.shutdownOutput();
      assertThat(ended(client)).isTrue();
      assertThat(handler.ended()).isEqualTo("close new");
      assertThat(server.awaitEvent(TelemetryEvent.ConnectionStopped.class).ending())
          .isEqualTo(new Ending.ByPeer());
    }
  }

  // ---- S4: has the peer gone?

  @Test
  void h8LongCallbackLearnsThatThePeerHasGoneAndTheBytesBeforeThatAreKept() throws Exception {
    var here = new CountDownLatch(1);
    var noticed = new CountDownLatch(1);
    var later = new CompletableFuture<String>();
    var handler =
        new TestHandler() {
          @Override
          public Next<String> handleData(ByteBuffer data, Socket socket, String state)
              throws Exception {
            data.get(); // leaves the rest unread
            assertThat(socket.peerGone()).isFalse();
            here.countDown();
            while (!socket.peerGone()) {
              Thread.onSpinWait();
            }
            noticed.countDown();
            try {
              ByteBuffer all = ByteBuffer.allocate(100);
              all.put(data);
              while (true) {
                all.put(socket.receive());
              }
            } catch (PeerClosedException end) {
              later.complete("closed");
            }
            return Next.close(state);
          }
        };
    try (var server = new RunningServer(handler)) {
      var client = server.connect();
      send(client, "1234");
      here.await();
      send(client, "56789");
      client.shutdownOutput();
      noticed.await();
      assertThat(later.get(20, TimeUnit.SECONDS)).isEqualTo("closed");
      assertThat(server.awaitEvent(TelemetryEvent.ConnectionStopped.class).counters())
          .extracting(c -> c.bytesReceived())
          .isEqualTo(9L);
    }
  }

  @Test
  void h8BytesReadAheadComeInTheirOrderBehindTheUnreadOnes() throws Exception {
    var seen = new StringBuffer();
    var handler =
        new TestHandler() {
          @Override
          public Next<String> handleData(ByteBuffer data, Socket socket, String state)
              throws Exception {
            seen.append((char) data.get());
            boolean unused = socket.peerGone();
            return Next.proceed(state);
          }

          @Override
          public Next<String> handleHalfClose(ByteBuffer rest, Socket socket, String state) {
            seen.append(text(rest));
            return Next.close(state);
          }
        };
    try (var server = new RunningServer(handler)) {
      var client = server.connect();
      for (int i = 0; i < 20; i++) {
        send(client, "abcdefghij");
      }
      client.shutdownOutput();
      handler.ended();
      assertThat(seen.toString()).isEqualTo("abcdefghij".repeat(20));
    }
  }

  /** A handler that goes on after the failure must not read on behind the lost bytes. */
  @Test
  void h8LookAheadThatWouldKeepTooMuchFailsAndSoDoesTheNextReceive() throws Exception {
    int limit = 4096;
    var failures = new LinkedBlockingQueue<Throwable>();
    var handler =
        new TestHandler() {
          @Override
          public Next<String> handleMessage(Object message, Socket socket, String state)
              throws Exception {
            try {
              while (!socket.peerGone()) {
                Thread.onSpinWait();
              }
            } catch (IOException tooMuch) {
              failures.add(tooMuch);
            }
            try {
              while (true) {
                failures.add(new AssertionError("received " + socket.receive()));
              }
            } catch (IOException broken) {
              failures.add(broken);
            }
            return Next.close(state);
          }
        };
    ServerSettings usual = RunningServer.settings();
    BufferSettings buffers = usual.buffers();
    var settings =
        usual
            .with(Timeouts.DEFAULT.withRead(Duration.ofSeconds(3)))
            .with(new BufferSettings(limit, limit, buffers.unsentLimit(), buffers.mailbox()));
    try (var server = new RunningServer(settings, handler)) {
      var client = server.connect();
      handler.ref().tell("look");
      client.getOutputStream().write(new byte[3 * limit]);
      Throwable first = failures.poll(20, TimeUnit.SECONDS);
      assertThat(first).hasMessageContaining(limit + " (unreadLimit)");
      Throwable next = failures.poll(20, TimeUnit.SECONDS);
      while (next instanceof AssertionError) {
        next = failures.poll(20, TimeUnit.SECONDS); // the bytes that were kept before the failure
      }
      assertThat(next).isSameAs(first);
    }
  }

  // ---- S7: other threads

  @Test
  void h3SendFromAThreadThatIsNotTheCallbacksIsRefused() throws Exception {
    var refused = new CompletableFuture<Throwable>();
    var handler =
        new TestHandler() {
          @Override
          public Next<String> handleData(ByteBuffer data, Socket socket, String state)
              throws Exception {
            Thread.ofVirtual()
                .start(
                    () -> {
                      try {
                        socket.send(bytes("x"));
                        refused.complete(new AssertionError("was sent"));
                      } catch (Throwable e) {
                        refused.complete(e);
                      }
                    })
                .join();
            return super.handleData(data, socket, state);
          }
        };
    try (var server = new RunningServer(handler)) {
      var client = server.connect();
      assertThat(echo(client, "a")).isEqualTo("a");
      assertThat(refused.get(20, TimeUnit.SECONDS))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("ref().tell");
    }
  }

  // ---- B14, B23, null answers

  @Test
  @SuppressWarnings("NullAway") // the test answers null on purpose
  void h1NullAnswerIsReportedByTheNameOfTheCallback() throws Exception {
    var handler =
        new TestHandler() {
          @Override
          public Next<String> handleData(ByteBuffer data, Socket socket, String state) {
            return null;
          }
        };
    try (var server = new RunningServer(handler)) {
      send(server.connect(), "a");
      assertThat(handler.ended()).isEqualTo("error new");
      assertThat(handler.errors.take()).hasMessageContaining("handleData returned null");
    }
  }

  @Test
  void b9DataReceivedInsideHandleMessageMovesTheReadTimeout() throws Exception {
    var settings = RunningServer.settings().with(Timeouts.DEFAULT.withRead(Duration.ofSeconds(2)));
    var handler =
        new TestHandler() {
          @Override
          public Next<String> handleMessage(Object message, Socket socket, String state)
              throws Exception {
            socket.send(socket.receive());
            return Next.proceed(state);
          }
        };
    try (var server = new RunningServer(settings, handler)) {
      var client = server.connect();
      var ref = handler.ref();
      long began = System.nanoTime();
      ref.tell("receive");
      Thread.sleep(1200); // within the timeout, on purpose
      assertThat(echo(client, "a")).isEqualTo("a");
      assertThat(handler.ended()).isEqualTo("timeout new");
      assertThat(Duration.ofNanos(System.nanoTime() - began)).isGreaterThan(Duration.ofSeconds(3));
    }
  }
}
