// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.server;

import static io.thousandisland.runtime.server.Peers.echo;
import static io.thousandisland.runtime.server.Peers.ended;
import static io.thousandisland.runtime.server.Peers.send;
import static io.thousandisland.runtime.server.TestHandler.bytes;
import static io.thousandisland.runtime.server.TestHandler.text;
import static org.assertj.core.api.Assertions.assertThat;

import io.thousandisland.handler.Counters;
import io.thousandisland.handler.MigrationDeclinedException;
import io.thousandisland.handler.Next;
import io.thousandisland.handler.Socket;
import io.thousandisland.runtime.handlers.HandlerBinding;
import io.thousandisland.runtime.settings.Policies;
import io.thousandisland.runtime.shared.MemoryBudget;
import io.thousandisland.runtime.shared.RuntimeContext;
import io.thousandisland.runtime.shared.Telemetry;
import io.thousandisland.runtime.signals.DeadlineSweeper;
import io.thousandisland.server.Drained;
import io.thousandisland.server.Status;
import io.thousandisland.telemetry.Detail;
import io.thousandisland.telemetry.Ending;
import io.thousandisland.telemetry.TelemetryEvent;
import io.thousandisland.telemetry.TelemetryListener;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Rules H9 and S5, row B12: counts are exact, whether or not somebody listens. */
@Timeout(60)
class CountsTest {

  /** More bytes than the kernel keeps for a connection, on both sides. */
  private static final int LARGE = 16 << 20;

  private static final Duration SHORT = Duration.ofMillis(100);

  // ---- bytes and calls

  /** Does as the client asks, and remembers the counters in the terminal callback. */
  private static class Counting extends TestHandler {
    final BlockingQueue<Counters> counters = new LinkedBlockingQueue<>();
    final CountDownLatch inside = new CountDownLatch(1);

    @Override
    public Next<String> handleData(ByteBuffer data, Socket socket, String state) throws Exception {
      String what = text(data.duplicate());
      if (what.startsWith("large")) {
        data.position(data.limit());
        inside.countDown();
        sendLarge(socket, what.endsWith("s"));
        return Next.close(state);
      }
      socket.send(data);
      return switch (what) {
        case "CLOSE" -> Next.close(state);
        case "ERROR" -> throw new IOException("on purpose");
        case "TIMEOUT" -> Next.proceed(state).within(SHORT);
        default -> Next.proceed(state);
      };
    }

    private static void sendLarge(Socket socket, boolean gathers) throws IOException {
      if (gathers) {
        ByteBuffer[] several = new ByteBuffer[64];
        Arrays.setAll(several, i -> ByteBuffer.allocateDirect(LARGE / 64));
        socket.send(several);
      } else {
        socket.send(ByteBuffer.allocate(LARGE));
      }
    }

    @Override
    public void handleClose(Socket socket, String state) {
      counters.add(socket.counters());
      super.handleClose(socket, state);
    }

    @Override
    public void handleError(Throwable reason, Socket socket, String state) {
      counters.add(socket.counters());
      super.handleError(reason, socket, state);
    }

    @Override
    public void handleTimeout(Socket socket, String state) {
      counters.add(socket.counters());
      super.handleTimeout(socket, state);
    }

    @Override
    public void handleShutdown(Socket socket, String state) {
      counters.add(socket.counters());
      super.handleShutdown(socket, state);
    }

    Counters next() throws InterruptedException {
      Counters next = counters.poll(20, TimeUnit.SECONDS);
      return next == null ? new Counters(-1, -1, -1, -1) : next;
    }
  }

  private final Counting handler = new Counting();

  private enum Way {
    CLOSE,
    ERROR,
    TIMEOUT,
    PEER_CLOSES,
    PEER_RESETS,
    REFERENCE_CLOSES,
    SHUTDOWN
  }

  private void end(RunningServer server, Way way) throws Exception {
    var client = server.connect();
    assertThat(echo(client, way.name())).isEqualTo(way.name());
    switch (way) {
      case PEER_CLOSES -> client.shutdownOutput();
      case PEER_RESETS -> {
        client.setSoLinger(true, 0);
        client.close();
        return;
      }
      case REFERENCE_CLOSES -> handler.ref().close();
      case SHUTDOWN -> server.node.drain();
      default -> {}
    }
    assertThat(ended(client)).isTrue();
  }

  private static Counters exactly(Way way) {
    int length = way.name().length();
    return new Counters(length, 1, length, 1);
  }

  @ParameterizedTest
  @EnumSource
  void b12CountersAreExactOnEveryEnding(Way way) throws Exception {
    try (var server = new RunningServer(handler)) {
      end(server, way);
      assertThat(handler.next()).isEqualTo(exactly(way));
      assertThat(server.awaitEvent(TelemetryEvent.ConnectionStopped.class).counters())
          .isEqualTo(exactly(way));
    }
  }

  @ParameterizedTest
  @EnumSource
  void h9CountersAreExactOnEveryEndingThoughNobodyListens(Way way) throws Exception {
    try (var server = RunningServer.unheard(RunningServer.settings(), handler)) {
      end(server, way);
      assertThat(handler.next()).isEqualTo(exactly(way));
    }
  }

  @Test
  void h9LiveConnectionsAreCountedThoughNobodyListens() throws Exception {
    try (var server = RunningServer.unheard(RunningServer.settings(), handler)) {
      var client = server.connect();
      assertThat(echo(client, "one") + echo(client, "three")).isEqualTo("onethree");
      server.await("sent", s -> counters(s).sends() == 2);
      assertThat(counters(server)).isEqualTo(new Counters(8, 2, 8, 2));
      assertThat(server.node.info().accepted()).isEqualTo(1);
      long old = server.serve(new TestHandler());
      assertThat(server.node.retire(old - 1).get(20, TimeUnit.SECONDS).migrated()).isEqualTo(1);
      assertThat(echo(client, "a")).isEqualTo("a");
      server.await("counted on", s -> counters(s).equals(new Counters(9, 3, 9, 3)));
    }
  }

  private static Counters counters(RunningServer server) {
    return server.node.connections().getFirst().counters();
  }

  private static void awaitFirstPart(RunningServer server) {
    server.await(
        "the first part",
        s -> s.node.connections().stream().anyMatch(c -> c.counters().bytesSent() > 0));
  }

  @ParameterizedTest
  @ValueSource(strings = {"large piece", "large pieces"})
  void h9EveryPartOfASendThatThePeerTakesSlowlyCounts(String what) throws Exception {
    try (var server = new RunningServer(handler)) {
      var slow = server.connect();
      send(slow, what);
      awaitFirstPart(server);
      assertThat(slow.getInputStream().readAllBytes()).hasSize(LARGE);
      var exact = new Counters(what.length(), 1, LARGE, 1);
      assertThat(handler.next()).isEqualTo(exact);
      assertThat(server.awaitEvent(TelemetryEvent.ConnectionStopped.class).counters())
          .isEqualTo(exact);
      assertThat(server.events(TelemetryEvent.Sent.class))
          .extracting(TelemetryEvent.Sent::bytes)
          .containsExactly((long) LARGE);
    }
  }

  @Test
  void b12LastWordsCount() throws Exception {
    var polite =
        new TestHandler() {
          @Override
          public void handleShutdown(Socket socket, String state) {
            super.handleShutdown(socket, state);
            try {
              socket.send(bytes("bye"));
            } catch (IOException e) {
              errors.add(e);
            }
          }
        };
    try (var server = new RunningServer(polite)) {
      var client = server.connect();
      assertThat(echo(client, "hello")).isEqualTo("hello");
      server.node.drain();
      assertThat(Peers.readToEnd(client)).isEqualTo("bye");
      var stopped = server.awaitEvent(TelemetryEvent.ConnectionStopped.class);
      assertThat(stopped.ending()).isEqualTo(new Ending.ShutDown());
      assertThat(stopped.counters()).isEqualTo(new Counters(5, 1, 8, 2));
    }
  }

  /** The bytes that the kernel took of an unfinished send arrive and count, and no byte more. */
  @ParameterizedTest
  @ValueSource(strings = {"force", "send timeout"})
  void b12BytesOfASendThatWasBrokenOffCount(String how) throws Exception {
    boolean force = how.equals("force");
    Duration timeout = force ? Duration.ofMinutes(1) : SHORT;
    var settings = AlteredSettings.of("sendTimeout", timeout, "shutdownTimeout", SHORT);
    try (var server = new RunningServer(settings, handler)) {
      var slow = server.connect();
      assertThat(echo(slow, "hello")).isEqualTo("hello");
      send(slow, "large");
      if (force) {
        server.await("the first part", s -> counters(s).bytesSent() > 5);
        assertThat(server.node.drain().result().get(20, TimeUnit.SECONDS).forced()).isEqualTo(1);
      }
      var failed = server.awaitEvent(TelemetryEvent.SendFailed.class);
      int arrived = slow.getInputStream().readAllBytes().length;
      var stopped = server.awaitEvent(TelemetryEvent.ConnectionStopped.class);
      assertThat(stopped.ending()).isInstanceOf(force ? Ending.Forced.class : Ending.Failed.class);
      assertThat(arrived).isBetween(1, LARGE - 1);
      assertThat(failed.bytes()).isEqualTo(arrived);
      assertThat(stopped.counters().bytesSent()).isEqualTo(5 + arrived);
      assertThat(stopped.counters().bytesReceived()).isEqualTo(10);
    }
  }

  @Test
  void h9ListenerThatWantsNoTrafficHearsExactCounters() throws Exception {
    var stopped = new LinkedBlockingQueue<TelemetryEvent>();
    var telemetry = new Telemetry();
    telemetry.add(
        new TelemetryListener() {
          @Override
          public void on(TelemetryEvent event) {
            if (event instanceof TelemetryEvent.ConnectionStopped) {
              stopped.add(event);
            }
          }

          @Override
          public boolean hears(Detail detail) {
            return detail == Detail.CONNECTIONS;
          }
        });
    try (var runtime = new RuntimeContext(DeadlineSweeper.started(), new MemoryBudget())) {
      var node = new ServerNode(RunningServer.settings(), telemetry, runtime);
      node.transport("test", RunningServer.TCP);
      node.serve(
          new HandlerBinding(
              new HandlerBinding.Facts("h", "1.0.0", 1, 0, RunningServer.NONBLOCKING), handler));
      node.start();
      while (node.status() != Status.RUNNING) {
        Thread.onSpinWait(); // the time limit ends this
      }
      var address = (InetSocketAddress) node.info().address().orElseThrow();
      try (var client = new java.net.Socket(address.getAddress(), address.getPort())) {
        client.setSoTimeout(20_000);
        assertThat(echo(client, "hello")).isEqualTo("hello");
      }
      assertThat(stopped.poll(20, TimeUnit.SECONDS))
          .isInstanceOfSatisfying(
              TelemetryEvent.ConnectionStopped.class,
              event -> assertThat(event.counters()).isEqualTo(new Counters(5, 1, 5, 1)));
      node.stop().get(20, TimeUnit.SECONDS);
    }
  }

  // ---- the results of a drain

  /**
   * One connection is stuck in its callback, one declines to move, the others do as they are asked.
   */
  private static final class Mixed extends TestHandler {
    final CountDownLatch stuck = new CountDownLatch(1);

    @Override
    public Next<String> handleData(ByteBuffer data, Socket socket, String state) throws Exception {
      String word = text(data.duplicate());
      if (word.equals("stick")) {
        stuck.countDown();
        new CountDownLatch(1).await(); // until interrupted
      }
      socket.send(data);
      return Next.proceed(word);
    }

    @Override
    public @Nullable Object exportState(Socket socket, String state)
        throws MigrationDeclinedException {
      if (state.equals("decline")) {
        throw new MigrationDeclinedException("on purpose");
      }
      return state;
    }

    /** Takes longer for its goodbye than the time between two looks of a drain. */
    @Override
    public Next<String> handleDrain(Socket socket, String state) throws Exception {
      Thread.sleep(30);
      return super.handleDrain(socket, state);
    }
  }

  private enum Kind {
    SERVER(0, 3),
    ROLLING(0, 3),
    GENERATION(0, 3),
    HANDLER_WITHOUT_SUCCESSOR(2, 1),
    HANDLER_WITH_SUCCESSOR(2, 1),
    HANDLER_WITH_SUCCESSOR_ROLLING(2, 1);

    private final int migrated;
    private final int graceful;

    Kind(int migrated, int graceful) {
      this.migrated = migrated;
      this.graceful = graceful;
    }
  }

  @ParameterizedTest
  @EnumSource
  void s5ReportOfADrainCountsEachConnectionOnce(Kind kind) throws Exception {
    boolean rolling = kind == Kind.HANDLER_WITH_SUCCESSOR_ROLLING;
    int times = rolling ? 10 : 1; // each acceptor has its share, and two thirds pass unused
    var settings =
        AlteredSettings.of(
                "drainTimeout",
                SHORT.multipliedBy(times),
                "shutdownTimeout",
                SHORT.multipliedBy(3L * times),
                "acceptors",
                2)
            .with(
                new Policies(
                    Policies.WhenHandlerLeaves.MIGRATE, Policies.WhenBetterArrives.KEEP, rolling));
    var mixed = new Mixed();
    try (var server = new RunningServer(settings, mixed)) {
      for (String word : new String[] {"decline", "a", "b"}) {
        assertThat(echo(server.connect(), word)).isEqualTo(word);
      }
      send(server.connect(), "stick");
      mixed.stuck.await();
      if (kind == Kind.HANDLER_WITH_SUCCESSOR || rolling) {
        server.serve(new TestHandler());
      }
      var result =
          switch (kind) {
            case SERVER -> server.node.drain().result();
            case ROLLING -> server.node.drainRolling().result();
            case GENERATION -> server.node.drainGeneration(1).result();
            default -> server.node.retire(1);
          };
      assertThat(result.get(20, TimeUnit.SECONDS))
          .extracting(Drained::migrated, Drained::graceful, Drained::forced)
          .containsExactly(kind.migrated, kind.graceful, 1);
    }
  }
}
