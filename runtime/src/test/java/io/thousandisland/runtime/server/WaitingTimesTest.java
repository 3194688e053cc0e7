// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.server;

import static io.thousandisland.runtime.server.Peers.echo;
import static io.thousandisland.runtime.server.Peers.ended;
import static io.thousandisland.runtime.server.Peers.read;
import static io.thousandisland.runtime.server.Peers.send;
import static io.thousandisland.runtime.server.TestHandler.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.thousandisland.handler.Next;
import io.thousandisland.handler.ReadTimeout;
import io.thousandisland.handler.Socket;
import io.thousandisland.runtime.handlers.HandlerBinding;
import io.thousandisland.runtime.listening.Accepted;
import io.thousandisland.runtime.settings.ServerSettings;
import io.thousandisland.runtime.shared.MemoryBudget;
import io.thousandisland.runtime.shared.RuntimeContext;
import io.thousandisland.runtime.shared.ServerContext;
import io.thousandisland.runtime.shared.Telemetry;
import io.thousandisland.runtime.signals.DeadlineSweeper;
import io.thousandisland.server.Drain;
import io.thousandisland.server.Status;
import io.thousandisland.telemetry.TelemetryEvent;
import io.thousandisland.transport.ListenAt;
import java.lang.ref.WeakReference;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Rules W2, H5, S5: waits that end when they should, and not before, and leave nothing behind. */
@Timeout(60)
class WaitingTimesTest {

  private static final Duration SHORT = Duration.ofMillis(150);

  /** There is no event for "nothing happens", so the test lets the time pass. */
  private static void pass(RunningServer server, Duration time) {
    long until = System.nanoTime() + time.toNanos();
    server.await("the time is over", s -> System.nanoTime() - until >= 0);
  }

  // ---- the handler wait of the port

  private static ServerSettings waiting(Duration wait) {
    ServerSettings settings = RunningServer.settings();
    return settings.with(settings.timeouts().withHandlerWait(wait));
  }

  private static void retire(RunningServer server, long service) throws Exception {
    server.node.retire(service).get(20, TimeUnit.SECONDS);
    server.await(Status.WAITING);
  }

  @Test
  void w2PortIsClosedWhenNobodyCameWithinTheHandlerWaitAndBoundAgainForWhoComesLater()
      throws Exception {
    try (var server = new RunningServer(waiting(SHORT), new TestHandler())) {
      int port = server.port();
      retire(server, 1);
      server.awaitEvent(TelemetryEvent.ListenerStopped.class);
      assertThatThrownBy(() -> server.connect(port)).isInstanceOf(ConnectException.class);
      server.serve(new TestHandler());
      server.await(Status.RUNNING);
      assertThat(server.port()).isEqualTo(port);
      assertThat(echo(server.connect(), "a")).isEqualTo("a");
    }
  }

  @Test
  void w2HandlerWaitOfAnAbsenceThatIsOverClosesNothing() throws Exception {
    Duration wait = Duration.ofMillis(1500);
    try (var server = new RunningServer(waiting(wait), new TestHandler())) {
      retire(server, 1);
      long second = server.serve(new TestHandler());
      assertThat(echo(server.connect(), "a")).isEqualTo("a");
      pass(server, wait.multipliedBy(7).dividedBy(10));
      server.node.configure(waiting(Duration.ofMinutes(1)));
      retire(server, second); // another absence, with a wait of its own
      pass(server, wait.multipliedBy(6).dividedBy(10));
      assertThat(server.events(TelemetryEvent.ListenerStopped.class)).isEmpty();
      server.serve(new TestHandler());
      pass(server, wait.multipliedBy(6).dividedBy(10));
      assertThat(server.events(TelemetryEvent.ListenerStopped.class)).isEmpty();
      assertThat(echo(server.connect(), "b")).isEqualTo("b");
    }
  }

  /**
   * Reports that no handler serves, as a handler that cannot be obtained does at each of its tries.
   */
  private static void sayNobody(RunningServer server, String why) {
    server.node.handler(Optional::empty, service -> false, why, null);
  }

  @Test
  void w2HandlerWaitDoesNotBeginAnewWhenItIsSaidAgainThatNobodyServes() throws Exception {
    Duration wait = Duration.ofSeconds(1);
    try (var server = new RunningServer(waiting(wait), new TestHandler())) {
      retire(server, 1);
      long begun = System.nanoTime();
      while (server.events(TelemetryEvent.ListenerStopped.class).isEmpty()) {
        sayNobody(server, "broken");
        pass(server, SHORT.dividedBy(3));
      }
      assertThat(Duration.ofNanos(System.nanoTime() - begun)).isGreaterThan(wait.dividedBy(2));
      var told = server.awaitEvent(TelemetryEvent.WaitedInVain.class);
      assertThat(told.reason()).isEqualTo("broken");
    }
  }

  @Test
  void w2ShorterHandlerWaitCountsFromTheBeginningOfTheAbsence() throws Exception {
    try (var server = new RunningServer(waiting(Duration.ofMinutes(10)), new TestHandler())) {
      retire(server, 1);
      pass(server, SHORT.multipliedBy(2));
      assertThat(server.node.configure(waiting(SHORT))).isEmpty();
      sayNobody(server, "broken"); // as the component does with each configuration
      server.awaitEvent(TelemetryEvent.ListenerStopped.class);
      var told = server.awaitEvent(TelemetryEvent.WaitedInVain.class);
      assertThat(told.waited()).isEqualTo(SHORT);
    }
  }

  @Test
  void w2HandlerWaitDoesNotBeginWhileTheLastHandlerIsStillLeaving() throws Exception {
    var inside = new CountDownLatch(1);
    var goOn = new CountDownLatch(1);
    var handler =
        new TestHandler() {
          @Override
          public Next<String> handleData(ByteBuffer data, Socket socket, String state)
              throws Exception {
            inside.countDown();
            goOn.await();
            return super.handleData(data, socket, state);
          }
        };
    try (var server = new RunningServer(waiting(SHORT), handler)) {
      send(server.connect(), "a");
      inside.await();
      var leaving = server.node.retire(1);
      sayNobody(server, "nobody");
      pass(server, SHORT.multipliedBy(3));
      assertThat(server.events(TelemetryEvent.ListenerStopped.class)).isEmpty();
      goOn.countDown();
      leaving.get(20, TimeUnit.SECONDS);
      server.awaitEvent(TelemetryEvent.ListenerStopped.class);
      assertThat(server.node.info().reason()).contains("nobody");
    }
  }

  // ---- the read timeout

  /** Has a short read timeout, and none for the answer to "forever". */
  private static final class Patient extends TestHandler {
    @Override
    public Next<String> handleConnection(Socket socket) throws Exception {
      super.handleConnection(socket);
      return Next.proceed("new").withReadTimeout(SHORT.multipliedBy(2));
    }

    @Override
    public Next<String> handleData(ByteBuffer data, Socket socket, String state) throws Exception {
      String word = text(data.duplicate());
      socket.send(data);
      return switch (word) {
        case "once" -> Next.proceed(word).within(ReadTimeout.FOREVER);
        case "always" -> Next.proceed(word).withReadTimeout(ReadTimeout.FOREVER);
        case "receive" -> Next.proceed(text(socket.receive(ReadTimeout.FOREVER)));
        case "receive(1)" -> Next.proceed(text(socket.receive(1, ReadTimeout.FOREVER)));
        default -> Next.proceed(word);
      };
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"once", "always", "receive", "receive(1)"})
  void b4InfiniteTimeoutIsLongerThanTheReadTimeoutAndCountsForAsLongAsItSays(String how)
      throws Exception {
    var handler = new Patient();
    try (var server = new RunningServer(handler)) {
      var client = server.connect();
      assertThat(echo(client, how)).isEqualTo(how);
      pass(server, SHORT.multipliedBy(5));
      assertThat(handler.further()).isEmpty();
      if (how.equals("always")) {
        assertThat(echo(client, "x")).isEqualTo("x");
        pass(server, SHORT.multipliedBy(5));
        assertThat(echo(client, "y")).isEqualTo("y");
      } else {
        send(client, "z");
        assertThat(handler.ended()).isEqualTo("timeout z"); // by the read timeout, as before
      }
    }
  }

  @Test
  void h5DeadlineThatPassedInACallbackEndsNobodyWhoHasJustReceived() throws Exception {
    Duration timeout = Duration.ofMillis(800);
    var handler =
        new TestHandler() {
          @Override
          public Next<String> handleData(ByteBuffer data, Socket socket, String state)
              throws Exception {
            if (text(data.duplicate()).equals("long")) {
              Thread.sleep(timeout.plus(SHORT)); // longer than the timeout, on purpose
            }
            return super.handleData(data, socket, state);
          }
        };
    try (var server = new RunningServer(AlteredSettings.of("readTimeout", timeout), handler)) {
      var client = server.connect();
      assertThat(echo(client, "a")).isEqualTo("a");
      assertThat(echo(client, "long")).isEqualTo("long");
      pass(server, SHORT);
      assertThat(handler.further()).isEmpty();
      assertThat(echo(client, "b")).isEqualTo("b");
      assertThat(handler.ended()).isEqualTo("timeout new");
    }
  }

  /** The words come after the deadline, however late the machine is, and before the last look. */
  @Test
  void h5LastLookThatFindsBytesIsNoEnd() throws Exception {
    var handler = new TestHandler();
    var facts = new HandlerBinding.Facts("h", "1.0.0", 1, 0, RunningServer.NONBLOCKING);
    var words = new UnannouncedSocket(SHORT, "a", "b", "c");
    try (var memory = new MemoryTransport();
        var runtime = new RuntimeContext()) {
      var settings = AlteredSettings.of("readTimeout", SHORT);
      var context = new ServerContext(settings, new Telemetry(), runtime);
      context.generations.serve(new HandlerBinding(facts, handler));
      var connections = new ConnectionSupervisor(context, 1, () -> {});
      connections.start(crash -> {});
      var channel =
          memory.listen(new ListenAt(InetSocketAddress.createUnresolved("memory", 1), 9, Map.of()));
      assertThat(context.admission.permits.tryAcquire()).isTrue();
      assertThat(connections.admit(new Accepted(words, channel))).isTrue();
      assertThat(handler.ended()).isEqualTo("timeout new"); // when no word is left
      assertThat(words.sent).containsExactly("a", "b", "c"); // it went on after each word
      connections.stop();
    }
  }

  // ---- drains that are over

  private enum Kind {
    SERVER,
    ACCEPTOR,
    ROLLING,
    GENERATION,
    CONNECTION,
    HANDLER,
    HANDLER_WITH_SUCCESSOR
  }

  @ParameterizedTest
  @EnumSource
  void s5DrainThatIsOverIsNotListedAndKeepsNoConnection(Kind kind) throws Exception {
    BlockingQueue<WeakReference<Socket>> sockets = new LinkedBlockingQueue<>();
    var handler =
        new TestHandler() {
          @Override
          public Next<String> handleConnection(Socket socket) throws Exception {
            sockets.add(new WeakReference<>(socket));
            return super.handleConnection(socket);
          }
        };
    try (var server =
        new RunningServer(RunningServer.settings().withAcceptors(1), new TestHandler())) {
      server.serve(handler);
      var client = server.connect();
      assertThat(echo(client, "a")).isEqualTo("a");
      if (kind == Kind.HANDLER_WITH_SUCCESSOR) {
        server.serve(new TestHandler());
      }
      over(server, kind, handler.ref().id());
      assertThat(server.node.drains()).as("when the result is known").isEmpty();
      if (kind == Kind.HANDLER) {
        server.serve(new TestHandler()); // without a handler the client's close is not seen
      }
      client.close();
      server.awaitConnections(0);
      Forgotten.await(sockets.take());
    }
  }

  /** A separate method, so that no variable here refers to the drain any more. */
  private static void over(RunningServer server, Kind kind, long connection) throws Exception {
    var result =
        switch (kind) {
          case SERVER -> server.node.drain().result();
          case ACCEPTOR -> server.node.drainAcceptor(1).result();
          case ROLLING -> server.node.drainRolling().result();
          case GENERATION -> server.node.drainGeneration(2).result();
          case CONNECTION -> server.node.drainConnection(connection).result();
          case HANDLER, HANDLER_WITH_SUCCESSOR -> server.node.retire(2);
        };
    result.get(20, TimeUnit.SECONDS);
  }

  @Test
  void s5DrainIsListedUntilItIsOver() throws Exception {
    var inside = new CountDownLatch(1);
    var goOn = new CountDownLatch(1);
    var handler =
        new TestHandler() {
          @Override
          public Next<String> handleData(ByteBuffer data, Socket socket, String state)
              throws Exception {
            inside.countDown();
            goOn.await();
            return super.handleData(data, socket, state);
          }
        };
    try (var server = new RunningServer(handler)) {
      var client = server.connect();
      send(client, "a");
      inside.await();
      Drain drain = server.node.drainConnection(handler.ref().id());
      assertThat(server.node.drains()).containsExactly(drain);
      goOn.countDown();
      assertThat(read(client, 1)).isEqualTo("a");
      assertThat(ended(client)).isTrue();
      assertThat(drain.result().get(20, TimeUnit.SECONDS).graceful()).isEqualTo(1);
      assertThat(server.node.drains()).isEmpty();
    }
  }

  // ---- the last connection

  @Test
  void s5ConnectionThatIsAcceptedWhileItsSupervisorStopsIsShutDown() throws Exception {
    var handler = new TestHandler();
    var facts = new HandlerBinding.Facts("h", "1.0.0", 1, 0, RunningServer.NONBLOCKING);
    try (var memory = new MemoryTransport();
        var runtime = new RuntimeContext(DeadlineSweeper.started(), new MemoryBudget())) {
      var context = new ServerContext(RunningServer.settings(), new Telemetry(), runtime);
      context.generations.serve(new HandlerBinding(facts, handler));
      var connections = new ConnectionSupervisor(context, 1, () -> {});
      var channel =
          memory.listen(new ListenAt(InetSocketAddress.createUnresolved("memory", 1), 9, Map.of()));
      connections.start(crash -> {});
      connections.stop();
      var peer = memory.connect(1);
      var inHand = Objects.requireNonNull(channel.accept());
      assertThat(context.admission.permits.tryAcquire()).isTrue();
      assertThat(connections.admit(new Accepted(inHand, channel))).isTrue();
      assertThat(handler.ended()).isEqualTo("shutdown new");
      assertThat(peer.ended()).isTrue();

      connections.start(crash -> {}); // started again, it serves
      var next = memory.connect(1);
      var accepted = Objects.requireNonNull(channel.accept());
      assertThat(context.admission.permits.tryAcquire()).isTrue();
      assertThat(connections.admit(new Accepted(accepted, channel))).isTrue();
      assertThat(next.echo("a")).isEqualTo("a");
      connections.stop();
      assertThat(handler.ended()).isEqualTo("shutdown new");
    }
  }
}
