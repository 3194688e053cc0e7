// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.server;

import static io.thousandisland.runtime.server.Peers.ended;
import static io.thousandisland.runtime.server.Peers.send;
import static org.assertj.core.api.Assertions.assertThat;

import io.thousandisland.handler.Handler;
import io.thousandisland.handler.Next;
import io.thousandisland.handler.SendTimeoutException;
import io.thousandisland.handler.Socket;
import io.thousandisland.runtime.settings.BufferSettings;
import io.thousandisland.runtime.settings.ServerSettings;
import io.thousandisland.runtime.settings.Timeouts;
import io.thousandisland.server.Drain;
import io.thousandisland.server.Drained;
import io.thousandisland.telemetry.TelemetryEvent;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Rules H6 and W5: bytes that a peer has not taken yet when their handler leaves or finishes. */
@Timeout(60)
class UnsentTest {

  /** More bytes than the kernel keeps for a connection, on both sides. */
  private static final int LARGE = 16 << 20;

  private static byte at(long position) {
    return (byte) (position * 31 + position / 251);
  }

  private static ByteBuffer pattern(int length) {
    var data = new byte[length];
    for (int i = 0; i < length; i++) {
      data[i] = at(i);
    }
    return ByteBuffer.wrap(data);
  }

  /** Reads that many bytes. Fails when a byte is not the one that belongs there. */
  private static void readPattern(java.net.Socket client, int length) throws IOException {
    InputStream in = client.getInputStream();
    var data = new byte[64 << 10];
    long position = 0;
    while (position < length) {
      int got = in.read(data, 0, (int) Math.min(data.length, length - position));
      assertThat(got).as("bytes after " + position).isPositive();
      for (int i = 0; i < got; i++) {
        if (data[i] != at(position + i)) {
          throw new AssertionError("wrong byte at " + (position + i));
        }
      }
      position += got;
    }
  }

  /** Answers any data with a large pattern, in one send or in pieces. */
  private static class Large implements Handler<Void> {
    final CountDownLatch sending = new CountDownLatch(1);
    final CountDownLatch sent = new CountDownLatch(1);
    final CompletableFuture<Throwable> error = new CompletableFuture<>();
    private final int pieces;

    Large(int pieces) {
      this.pieces = pieces;
    }

    @Override
    public Next<Void> handleData(ByteBuffer data, Socket socket, Void state) throws Exception {
      data.position(data.limit());
      ByteBuffer all = pattern(LARGE);
      sending.countDown();
      for (int piece = 0; piece < pieces; piece++) {
        int length = LARGE / pieces;
        ByteBuffer one = all.slice(piece * length, length);
        if (piece % 2 == 0) {
          socket.send(one);
        } else {
          socket.send(one.slice(0, 10), one.slice(10, length - 10));
        }
      }
      sent.countDown();
      return Next.proceed(state);
    }

    @Override
    public void handleError(Throwable reason, Socket socket, Void state) {
      error.complete(reason);
    }
  }

  private static ServerSettings settings() {
    return RunningServer.settings()
        .with(Timeouts.DEFAULT.withDrain(Duration.ofSeconds(20), Duration.ofSeconds(20)))
        .with(new BufferSettings(64 << 10, 1 << 20, LARGE, 256));
  }

  private static void awaitUpdateWithUnsentBytes(Large old, int pieces) throws Exception {
    try (var server = new RunningServer(settings(), new TestHandler())) {
      long service = server.serve(old);
      var slow = server.connect();
      send(slow, "go");
      old.sending.await();
      Drained drained = server.node.retire(service).get(10, TimeUnit.SECONDS);
      assertThat(drained.migrated()).as("with %s pieces", pieces).isEqualTo(1);
      assertThat(old.sent.getCount()).isZero();
      server.serve(new TestHandler());
      send(slow, "next");
      readPattern(slow, LARGE);
      assertThat(Peers.read(slow, 4)).isEqualTo("next");
    }
  }

  /** The state of one handler is {@code Void}, the state of the other a string: null suits both. */
  private static class Updatable extends Large {
    Updatable(int pieces) {
      super(pieces);
    }

    @Override
    public Object exportState(Socket socket, Void state) {
      return "a string";
    }
  }

  @Test
  void w5PeerThatDoesNotReadMigratesLikeAnyOtherAndLosesNoByte() throws Exception {
    awaitUpdateWithUnsentBytes(new Updatable(1), 1);
  }

  @Test
  void w5SendsAfterTheFirstThatWasHandedOverQueueBehindIt() throws Exception {
    awaitUpdateWithUnsentBytes(new Updatable(64), 64);
  }

  @Test
  void s5DrainEndsWhenThePeerHasTakenWhatWasUnsent() throws Exception {
    try (var server = new RunningServer(settings(), new TestHandler())) {
      var handler = new Large(1);
      server.serve(handler);
      var slow = server.connect();
      send(slow, "go");
      handler.sending.await();
      Drain drain = server.node.drain();
      handler.sent.await();
      assertThat(drain.result()).isNotDone();
      readPattern(slow, LARGE);
      assertThat(ended(slow)).isTrue();
      assertThat(drain.result().get(20, TimeUnit.SECONDS))
          .extracting(Drained::graceful, Drained::forced)
          .containsExactly(1, 0);
      assertThat(server.awaitEvent(TelemetryEvent.ConnectionStopped.class).counters().bytesSent())
          .isEqualTo(LARGE);
    }
  }

  @Test
  void h6PeerThatNeverTakesWhatIsUnsentEndsInAnErrorOfTheHandlerOfThatTime() throws Exception {
    var impatient = settings().with(settings().timeouts().withSend(Duration.ofSeconds(3)));
    try (var server = new RunningServer(impatient, new TestHandler())) {
      var old = new Updatable(1);
      long service = server.serve(old);
      var silent = server.connect();
      send(silent, "go");
      old.sending.await();
      server.node.retire(service).get(10, TimeUnit.SECONDS);
      var next = new TestHandler();
      server.serve(next);
      assertThat(next.ended()).isEqualTo("error a string");
      assertThat(next.errors.take()).isInstanceOf(SendTimeoutException.class);
    }
  }

  @Test
  void h6SendThatWouldLeaveMoreThanTheUnsentLimitWaits() throws Exception {
    var small = settings().with(new BufferSettings(64 << 10, 1 << 20, 1 << 10, 256));
    try (var server = new RunningServer(small, new TestHandler())) {
      var old = new Updatable(1);
      long service = server.serve(old);
      var slow = server.connect();
      send(slow, "go");
      old.sending.await();
      var retired = server.node.retire(service);
      Drain drain = server.node.drains().getFirst();
      server.await("advice", s -> drain.progress().phase() == Drain.Phase.ADVICE);
      readPattern(slow, LARGE);
      assertThat(retired.get(20, TimeUnit.SECONDS).migrated()).isEqualTo(1);
    }
  }

  @Test
  void h8HalfCloseOfOursFollowsTheUnsentBytes() throws Exception {
    class Ending extends Large {
      Ending() {
        super(1);
      }

      @Override
      public Next<Void> handleData(ByteBuffer data, Socket socket, Void state) throws Exception {
        Next<Void> next = super.handleData(data, socket, state);
        socket.shutdownOutput();
        return next;
      }

      @Override
      public Next<Void> handleDrain(Socket socket, Void state) {
        return Next.proceed(state);
      }
    }
    try (var server = new RunningServer(settings(), new TestHandler())) {
      var handler = new Ending();
      server.serve(handler);
      var slow = server.connect();
      send(slow, "go");
      handler.sending.await();
      Drain drain = server.node.drain();
      handler.sent.await();
      readPattern(slow, LARGE);
      assertThat(ended(slow)).isTrue();
      drain.cutShort();
    }
  }
}
