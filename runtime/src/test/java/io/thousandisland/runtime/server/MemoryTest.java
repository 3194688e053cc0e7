// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.server;

import static io.thousandisland.runtime.server.Peers.echo;
import static io.thousandisland.runtime.server.Peers.ended;
import static io.thousandisland.runtime.server.Peers.read;
import static io.thousandisland.runtime.server.Peers.send;
import static io.thousandisland.runtime.server.TestHandler.bytes;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.thousandisland.handler.Next;
import io.thousandisland.handler.Socket;
import io.thousandisland.runtime.shared.BufferPool;
import io.thousandisland.runtime.shared.MemoryBudget;
import io.thousandisland.runtime.shared.RuntimeContext;
import io.thousandisland.runtime.signals.DeadlineSweeper;
import io.thousandisland.runtime.signals.Signals;
import io.thousandisland.telemetry.Ending;
import io.thousandisland.telemetry.TelemetryEvent;
import io.thousandisland.transport.ThreadLender;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ref.WeakReference;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Rules H6 and X5: the memory that connections may hold together, whatever their peers do. */
@Timeout(60)
class MemoryTest {

  private static final int FULL = 64 << 10;

  // ---- the pool

  @Test
  void buffersGetSmallerAsMemoryGetsShortAndGrowAgain() {
    var memory = new MemoryBudget(1 << 20);
    var pool = new BufferPool(FULL, memory);
    var held = new ArrayList<ByteBuffer>();
    var sizes = new ArrayList<Integer>();
    for (int i = 0; i < 1_000; i++) {
      held.add(pool.borrow());
      if (sizes.isEmpty() || sizes.getLast() != held.getLast().capacity()) {
        sizes.add(held.getLast().capacity());
      }
    }
    assertThat(sizes).containsExactly(FULL, 16 << 10, 4 << 10, 1 << 10, BufferPool.SMALLEST);
    assertThat(memory.used()).isLessThan((1 << 20) + 1_000 * BufferPool.SMALLEST);
    held.forEach(pool::release);
    assertThat(memory.used()).isZero();
    assertThat(pool.borrow().capacity()).isEqualTo(FULL);
  }

  @Test
  void budgetRefusesWhatExceedsIt() {
    var memory = new MemoryBudget(100);
    assertThat(memory.tryTake(60)).isTrue();
    assertThat(memory.tryTake(41)).isFalse();
    assertThat(memory.tryTake(40)).isTrue();
    memory.take(10);
    assertThat(memory.used()).isEqualTo(110);
    memory.giveBack(110);
    assertThat(memory.used()).isZero();
  }

  @Test
  void poolOfASizeThatNoServerUsesIsNotKept() throws Exception {
    var sweeper = new DeadlineSweeper(2);
    try (var runtime = new RuntimeContext(sweeper, new MemoryBudget())) {
      BufferPool used = runtime.pool(1 << 10);
      Forgotten.await(new WeakReference<>(runtime.pool(2 << 10)));
      assertThat(runtime.pool(1 << 10)).isSameAs(used);
    }
  }

  // ---- connections

  /** Waits in {@code receive}, in the way that the client's first byte says. */
  private static class Receiving extends TestHandler {
    final CountDownLatch waiting = new CountDownLatch(50);

    @Override
    public Next<String> handleConnection(Socket socket) throws Exception {
      char how = (char) socket.receive(1).get();
      waiting.countDown();
      ByteBuffer got = how == 'n' ? socket.receive(1_000_000) : socket.receive();
      socket.send(bytes(how + ":" + got.remaining()));
      return Next.close("received");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"n", "x"})
  void x5HandlerThatWaitsInReceiveHoldsNoBuffer(String how) throws Exception {
    var memory = new MemoryBudget(64 << 20);
    var handler = new Receiving();
    try (var server =
        new RunningServer(RunningServer.settings(), RunningServer.TCP, handler, memory)) {
      var clients = new ArrayList<java.net.Socket>();
      for (int i = 0; i < 50; i++) {
        clients.add(server.connect());
        send(clients.getLast(), how);
      }
      handler.waiting.await();
      server.await("nothing held", s -> memory.used() == 0);
      clients.getFirst().getOutputStream().write(new byte[1_000_000]);
      assertThat(read(clients.getFirst(), 4)).startsWith(how + ":");
      for (java.net.Socket client : clients) {
        client.close();
      }
      server.awaitFreePlaces(); // a connection that lingers may hold a buffer
    }
    assertThat(memory.used()).isZero();
  }

  /** Waits in its first callback, and notes how many bytes each callback got. */
  private static class Pausing extends TestHandler {
    final CountDownLatch goOn = new CountDownLatch(1);
    final Queue<Integer> got = new ConcurrentLinkedQueue<>();

    @Override
    public Next<String> handleData(ByteBuffer data, Socket socket, String state) throws Exception {
      got.add(data.remaining());
      goOn.await();
      data.position(data.limit());
      return Next.proceed(state);
    }
  }

  @Test
  void x5CallbackThatWaitsHoldsLittleWhenItsPeerHasSentLittle() throws Exception {
    var memory = new MemoryBudget(64 << 20);
    var handler = new Pausing();
    try (var server =
        new RunningServer(RunningServer.settings(), RunningServer.TCP, handler, memory)) {
      for (int i = 0; i < 5; i++) {
        send(server.connect(), "x");
      }
      server.await("all wait", s -> handler.got.size() == 5);
      assertThat(memory.used()).isEqualTo(5 * (4 << 10));
      handler.goOn.countDown();
      server.await("all given back", s -> memory.used() == 0);
    }
  }

  @Test
  void x5ConnectionWithMuchToReadGetsLargerBuffers() throws Exception {
    var handler = new Pausing();
    try (var server = new RunningServer(handler)) {
      server.connect().getOutputStream().write(new byte[100_000]);
      handler.goOn.countDown();
      server.await("all is read", s -> sum(handler.got) == 100_000);
      assertThat(handler.got).startsWith(4 << 10, 16 << 10, 64 << 10);
    }
  }

  @Test
  void x5EveryByteComesBackWhateverTheSizesOfTheBuffers() throws Exception {
    var random = new Random(5);
    int[] borders = {1, 4 << 10, 16 << 10, 64 << 10, 256 << 10};
    try (var server = new RunningServer(new TestHandler())) {
      var client = server.connect();
      for (int i = 0; i < 60; i++) { // up and down, one byte more and one byte less
        var sent = new byte[Math.max(1, borders[random.nextInt(5)] + random.nextInt(3) - 1)];
        random.nextBytes(sent);
        Thread sending = Thread.ofVirtual().start(() -> write(client, sent));
        assertThat(client.getInputStream().readNBytes(sent.length)).isEqualTo(sent);
        sending.join();
      }
    }
  }

  private static void write(java.net.Socket client, byte[] bytes) {
    try {
      client.getOutputStream().write(bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static int sum(Queue<Integer> numbers) {
    return numbers.stream().mapToInt(Integer::intValue).sum();
  }

  @Test
  void h6PeersThatDoNotReadLeaveRoomForOthersAndGiveEverythingBack() throws Exception {
    var memory = new MemoryBudget(2 << 20);
    var handler = new TestHandler();
    try (var server =
        new RunningServer(RunningServer.settings(), RunningServer.TCP, handler, memory)) {
      List<java.net.Socket> silent = blocked(server, 60);
      assertThat(memory.used()).isPositive();
      for (int i = 0; i < 20; i++) {
        var honest = server.connect();
        assertThat(echo(honest, "served")).isEqualTo("served");
      }
      assertThat(memory.used()).isLessThan(2 * memory.limit());
      for (java.net.Socket peer : silent) {
        peer.close();
      }
      server.await("all given back", s -> memory.used() == 0);
    }
  }

  /** Clients that push until the server's send to each of them is blocked. */
  private static List<java.net.Socket> blocked(RunningServer server, int count) throws Exception {
    var silent = new ArrayList<java.net.Socket>();
    var chunk = new byte[64 << 10];
    for (int i = 0; i < count; i++) {
      java.net.Socket peer = server.connect();
      peer.setReceiveBufferSize(4 << 10);
      silent.add(peer);
      Thread unused =
          Thread.ofVirtual()
              .start(
                  () -> {
                    try {
                      while (true) {
                        peer.getOutputStream().write(chunk);
                      }
                    } catch (IOException closed) {
                      // the test has ended
                    }
                  });
    }
    long last = -1;
    while (true) { // until the server receives nothing any more
      long now = received(server);
      if (now == last && now > 0) {
        return silent;
      }
      last = now;
      Thread.sleep(300); // there is no event for "nothing happens"
    }
  }

  private static long received(RunningServer server) {
    return server.node.connections().stream().mapToLong(c -> c.counters().bytesReceived()).sum();
  }

  @Test
  void h6UnreadBytesBeyondTheBudgetEndThatConnectionOnly() throws Exception {
    var memory = new MemoryBudget(256 << 10);
    var handler =
        new TestHandler() {
          @Override
          public Next<String> handleData(ByteBuffer data, Socket socket, String state)
              throws Exception {
            return data.get(data.position()) == 'k'
                ? Next.proceed(state) // leaves all data unread
                : super.handleData(data, socket, state);
          }
        };
    try (var server =
        new RunningServer(RunningServer.settings(), RunningServer.TCP, handler, memory)) {
      var honest = server.connect();
      assertThat(echo(honest, "a")).isEqualTo("a");
      var greedy = server.connect();
      try {
        greedy.getOutputStream().write("k".repeat(900_000).getBytes(US_ASCII));
      } catch (IOException reset) {
        // the server has closed already
      }
      assertThat(handler.ended()).isEqualTo("error new");
      assertThat(handler.errors.take()).hasMessageContaining("no memory for");
      assertThat(ended(greedy)).isTrue();
      assertThat(echo(honest, "b")).isEqualTo("b");
      server.await("all given back", s -> memory.used() == 0);
    }
  }

  @Test
  void s5UnreadLimitThatIsExceededIsNamed() throws Exception {
    var handler =
        new TestHandler() {
          @Override
          public Next<String> handleData(ByteBuffer data, Socket socket, String state) {
            return Next.proceed(state);
          }
        };
    try (var server = new RunningServer(handler)) {
      var client = server.connect();
      try {
        client.getOutputStream().write(new byte[3 << 20]);
      } catch (IOException reset) {
        // the server has closed already
      }
      assertThat(handler.ended()).isEqualTo("error new");
      assertThat(handler.errors.take()).hasMessageContaining("unreadLimit is 1048576");
      var stopped = server.awaitEvent(TelemetryEvent.ConnectionStopped.class);
      assertThat(stopped.ending()) // a failure that is not the network's is logged at WARN
          .isInstanceOfSatisfying(
              Ending.Failed.class,
              failed -> {
                assertThat(failed.thrown()).isTrue();
                assertThat(failed.reason()).isNotInstanceOf(IOException.class);
              });
    }
  }

  // ---- the clock

  @Test
  void b5ClockGoesOnThoughOneThatItWakesThrows() throws Exception {
    try (var sweeper = DeadlineSweeper.started()) {
      var tries = new AtomicInteger();
      var wentOn = new CountDownLatch(1);
      var resting =
          new Signals.Resting() {
            @Override
            public void goOnHere(ThreadLender lender) {}

            @Override
            public void goOnElsewhere() {
              switch (tries.incrementAndGet()) {
                case 1 -> throw new OutOfMemoryError("on purpose");
                case 2 -> throw new IllegalStateException("on purpose");
                default -> wentOn.countDown();
              }
            }

            @Override
            public String threadName() {
              return "resting";
            }
          };
      var signals = new Signals(sweeper, resting);
      signals.deadline(sweeper.in(Duration.ofMillis(20)));
      assertThat(signals.rest(Signals.DEADLINE | Signals.MESSAGE)).isTrue();
      wentOn.await();
      assertThat(tries).hasValue(3);
    }
  }

  @Test
  void b7RaiseThatFindsNoThreadDoesNotStrandTheOneThatRests() throws Exception {
    var sweeper = new DeadlineSweeper(2); // this sweeper does not run
    var tries = new AtomicInteger();
    var resting =
        new Signals.Resting() {
          @Override
          public void goOnHere(ThreadLender lender) {}

          @Override
          public void goOnElsewhere() {
            if (tries.incrementAndGet() == 1) {
              throw new OutOfMemoryError("on purpose");
            }
          }

          @Override
          public String threadName() {
            return "resting";
          }
        };
    var signals = new Signals(sweeper, resting);
    assertThat(signals.rest(Signals.MESSAGE)).isTrue();
    signals.raise(Signals.MESSAGE); // the caller gets no exception
    signals.raise(Signals.MESSAGE);
    assertThat(tries).hasValue(2);
  }
}
