// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.server;

import static io.thousandisland.runtime.server.Peers.echo;
import static io.thousandisland.runtime.server.Peers.ended;
import static io.thousandisland.runtime.server.Peers.read;
import static io.thousandisland.runtime.server.Peers.send;
import static io.thousandisland.runtime.settings.LimitSettings.WhenReached.PARK;
import static io.thousandisland.runtime.settings.LimitSettings.WhenReached.REJECT;
import static org.assertj.core.api.Assertions.assertThat;

import io.thousandisland.handler.Next;
import io.thousandisland.handler.Socket;
import io.thousandisland.runtime.listening.Accepted;
import io.thousandisland.runtime.settings.LimitSettings;
import io.thousandisland.runtime.settings.ServerSettings;
import io.thousandisland.runtime.shared.MemoryBudget;
import io.thousandisland.runtime.shared.RuntimeContext;
import io.thousandisland.runtime.shared.ServerContext;
import io.thousandisland.runtime.shared.Telemetry;
import io.thousandisland.runtime.signals.DeadlineSweeper;
import io.thousandisland.server.Drained;
import io.thousandisland.server.Status;
import io.thousandisland.telemetry.TelemetryEvent;
import io.thousandisland.transport.ListenAt;
import io.thousandisland.transport.Transport;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Rule S1: whatever has happened to connections, there are as many places as before. */
@Timeout(60)
class HardCapTest {

  private static final int PLACES = 2;

  private static ServerSettings settings(LimitSettings.WhenReached then) {
    return AlteredSettings.of(
        "maxConnections",
        PLACES,
        "whenLimitReached",
        then,
        "shutdownTimeout",
        Duration.ofMillis(200),
        "acceptors",
        2);
  }

  /**
   * Serves as many clients as there are places. Fails if one of them is not served, or if one more
   * is. A client that must wait for another client to go does so; no other client may have a place.
   */
  private static void requireAllPlaces(RunningServer server) throws Exception {
    server.node.configure(settings(PARK));
    for (int i = 0; i < PLACES; i++) {
      assertThat(echo(server.connect(), "in")).isEqualTo("in");
    }
    requireNoPlace(server);
  }

  /** Two clients are rejected: the first one must not make a place for the second. */
  private static void requireNoPlace(RunningServer server) throws Exception {
    server.node.configure(settings(REJECT));
    for (int i = 0; i < 2; i++) {
      var surplus = server.connect();
      send(surplus, "x");
      assertThat(ended(surplus)).as("no place for number %s beyond the limit", i + 1).isTrue();
    }
  }

  private enum Way {
    PEER_CLOSES,
    PEER_RESETS,
    HANDLER_CLOSES,
    HANDLER_FAILS,
    HANDLER_THROWS,
    TIMEOUT,
    REFERENCE_CLOSES
  }

  /** Ends in the way that the client asks for; otherwise it is an echo. */
  private static class Ending extends TestHandler {
    @Override
    public Next<String> handleData(ByteBuffer data, Socket socket, String state) throws Exception {
      Next<String> next = super.handleData(data.duplicate(), socket, state);
      return switch (text(data)) {
        case "HANDLER_CLOSES" -> Next.close(state);
        case "HANDLER_FAILS" -> Next.fail(new IOException("on purpose"), state);
        case "HANDLER_THROWS" -> throw new StackOverflowError("on purpose");
        case "TIMEOUT" -> Next.proceed(state).within(Duration.ofMillis(20));
        default -> next;
      };
    }
  }

  @ParameterizedTest
  @EnumSource
  void s1EveryEndingFreesItsPlaceOnce(Way way) throws Exception {
    var handler = new Ending();
    try (var server = new RunningServer(settings(PARK), handler)) {
      for (int i = 0; i < PLACES; i++) {
        var client = server.connect();
        assertThat(echo(client, way.name())).isEqualTo(way.name());
        switch (way) {
          case PEER_RESETS -> client.setSoLinger(true, 0);
          case REFERENCE_CLOSES -> handler.ref().close();
          case PEER_CLOSES -> {}
          default -> handler.ended();
        }
        handler.refs.clear();
        client.close();
      }
      requireAllPlaces(server);
    }
  }

  /** Does not return from the word "stick" before {@code goOn}, or an interrupt that it obeys. */
  private static final class Stuck extends TestHandler {
    final CountDownLatch inside = new CountDownLatch(1);
    final CountDownLatch goOn = new CountDownLatch(1);
    private final boolean obeys;

    Stuck(boolean obeys) {
      this.obeys = obeys;
    }

    @Override
    public Next<String> handleData(ByteBuffer data, Socket socket, String state) throws Exception {
      if (text(data.duplicate()).equals("stick")) {
        inside.countDown();
        while (goOn.getCount() > 0) {
          try {
            goOn.await();
          } catch (InterruptedException e) {
            if (obeys) {
              throw e;
            }
          }
        }
      }
      return super.handleData(data, socket, state);
    }
  }

  private static Drained forceTheOnlyOne(RunningServer server, Stuck handler) throws Exception {
    send(server.connect(), "stick");
    handler.inside.await();
    long id = server.node.connections().getFirst().id();
    return server.node.drainConnection(id).result().get(20, TimeUnit.SECONDS);
  }

  @Test
  void s1ConnectionThatWasForcedFreesItsPlaceOnce() throws Exception {
    var handler = new Stuck(true);
    try (var server = new RunningServer(settings(PARK), handler)) {
      assertThat(forceTheOnlyOne(server, handler).forced()).isEqualTo(1);
      requireAllPlaces(server);
    }
  }

  @Test
  void s1ConnectionThatWasAbandonedKeepsItsPlaceUntilItsThreadEnds() throws Exception {
    var handler = new Stuck(false);
    try (var server = new RunningServer(settings(PARK), handler)) {
      assertThat(forceTheOnlyOne(server, handler).lingering()).hasSize(1);
      var second = server.connect();
      assertThat(echo(second, "a")).isEqualTo("a");
      requireNoPlace(server);
      handler.goOn.countDown();
      second.close();
      requireAllPlaces(server);
    }
  }

  @Test
  void s1PlaceIsTakenAsLongAsTheSocketIsOpen() throws Exception {
    var handler = new Ending();
    try (var server = new RunningServer(settings(PARK), handler)) {
      var lingering = new ArrayList<java.net.Socket>();
      for (int i = 0; i < PLACES; i++) {
        lingering.add(server.connect());
        assertThat(echo(lingering.getLast(), "HANDLER_CLOSES")).isEqualTo("HANDLER_CLOSES");
        assertThat(ended(lingering.getLast())).isTrue(); // the client keeps its own side open
      }
      server.awaitConnections(0);
      requireNoPlace(server);
      for (java.net.Socket client : lingering) {
        client.close();
      }
      requireAllPlaces(server);
    }
  }

  private enum Trouble {
    FAILS(IOException::new),
    NO_DESCRIPTOR(FlakyTransport::outOfDescriptors),
    CRASHES(IllegalStateException::new);

    private final Supplier<Exception> failure;

    Trouble(Supplier<Exception> failure) {
      this.failure = failure;
    }
  }

  @ParameterizedTest
  @EnumSource
  void s1AcceptThatComesToNothingGivesItsPlaceBackOnce(Trouble trouble) throws Exception {
    var flaky = new FlakyTransport();
    try (var server = new RunningServer(settings(PARK), flaky, new TestHandler())) {
      for (int i = 0; i < PLACES; i++) {
        flaky.failNextAccepts(1, trouble.failure);
        var client = server.connect();
        assertThat(echo(client, "a")).isEqualTo("a");
        client.close();
      }
      requireAllPlaces(server);
    }
  }

  @Test
  @SuppressWarnings("NullAway") // the test is about settings that make a connection fail
  void s1ConnectionThatCannotStartGivesItsPlaceBackOnceAndIsClosed() throws Exception {
    ServerSettings sound = settings(PARK);
    var broken =
        new ServerSettings(
            sound.name(),
            sound.listen(),
            sound.acceptors(),
            sound.limits(),
            null,
            sound.leave(),
            sound.pace(),
            sound.policies(),
            sound.buffers(),
            sound.restarts(),
            sound.access(),
            sound.alarm(),
            sound.proxy(),
            sound.options());
    var failed = new ArrayList<TelemetryEvent>();
    var telemetry = new Telemetry();
    telemetry.add(failed::add);
    try (var memory = new MemoryTransport();
        var runtime = new RuntimeContext(DeadlineSweeper.started(), new MemoryBudget())) {
      var context = new ServerContext(sound, telemetry, runtime);
      var connections = new ConnectionSupervisor(context, 1, () -> {});
      context.settings(broken);
      var channel =
          memory.listen(new ListenAt(InetSocketAddress.createUnresolved("memory", 1), 9, Map.of()));
      var peer = memory.connect(1);
      var accepted = channel.accept();
      assertThat(context.admission.permits.tryAcquire()).isTrue();
      assertThat(connections.admit(new Accepted(accepted, channel))).isTrue();
      assertThat(context.admission.permits.used()).isZero();
      assertThat(connections.live()).isEmpty();
      assertThat(peer.ended()).isTrue();
      assertThat(failed).hasExactlyElementsOfTypes(TelemetryEvent.AcceptFailed.class);
    }
  }

  // ---- acceptors that wait for a place

  private static List<Integer> whoWaited(RunningServer server) {
    return server.events(TelemetryEvent.LimitReached.class).stream()
        .map(TelemetryEvent.LimitReached::acceptor)
        .toList();
  }

  /** The only place is taken, by a client of the first acceptor, and the second one waits. */
  private static java.net.Socket fillUntilTheSecondAcceptorWaits(RunningServer server)
      throws Exception {
    while (true) { // the two acceptors take turns
      int before = whoWaited(server).size();
      var client = server.connect();
      assertThat(echo(client, "a")).isEqualTo("a");
      server.await("a worker waits", s -> whoWaited(s).size() > before);
      if (whoWaited(server).getLast() == 2) {
        return client;
      }
      client.close();
      server.awaitConnections(0);
    }
  }

  @Test
  void s1AcceptorThatIsTakenAwayWhileItWaitsLeavesThePlaceToTheOthers() throws Exception {
    ServerSettings one = AlteredSettings.of("maxConnections", 1, "acceptors", 2);
    try (var server = new RunningServer(one, new TestHandler())) {
      var client = fillUntilTheSecondAcceptorWaits(server);
      int before = whoWaited(server).size();
      server.node.configure(one.withAcceptors(1));
      server.await("the first acceptor waits", s -> whoWaited(s).size() > before);
      assertThat(whoWaited(server).getLast()).isEqualTo(1);
      var next = server.connect();
      send(next, "n");
      client.close();
      assertThat(read(next, 1)).isEqualTo("n");
    }
  }

  @Test
  void s1AcceptorsThatWereRestartedWhileOneWaitedServeAtTheLimitAsBefore() throws Exception {
    var crashes = new AtomicInteger();
    Transport buggy =
        at -> {
          if (crashes.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
            throw new IllegalStateException("on purpose");
          }
          return RunningServer.TCP.listen(at);
        };
    try (var server = new RunningServer(settings(PARK), buggy, new TestHandler())) {
      for (int i = 0; i < PLACES; i++) {
        assertThat(echo(server.connect(), "a")).isEqualTo("a");
      }
      server.awaitEvent(TelemetryEvent.LimitReached.class);
      server.node.suspend();
      crashes.set(settings(PARK).restarts().restarts() + 1);
      server.node.resume(); // a listener crashes too often: all listeners and acceptors restart
      server.awaitEvent(TelemetryEvent.RestartBudgetExhausted.class);
      server.await(Status.RUNNING);
      server.awaitConnections(0);
      int before = whoWaited(server).size();
      var first = server.connect();
      assertThat(echo(first, "b") + echo(server.connect(), "c")).isEqualTo("bc");
      server.await("a worker waits", s -> whoWaited(s).size() > before);
      var next = server.connect();
      send(next, "n");
      first.close();
      assertThat(read(next, 1)).isEqualTo("n");
      requireNoPlace(server);
    }
  }

  /** The worker has found no place and is to wait, but does not wait yet. */
  @Test
  void s1ChangeFromParkToRejectReachesTheWorkerThatIsAboutToWait() throws Exception {
    try (var server = new RunningServer(settings(PARK), new TestHandler())) {
      server.telemetry.add(
          event -> {
            if (event instanceof TelemetryEvent.LimitReached) {
              server.node.configure(settings(REJECT));
            }
          });
      for (int i = 0; i < PLACES; i++) {
        assertThat(echo(server.connect(), "a")).isEqualTo("a");
      }
      assertThat(ended(server.connect())).as("it was rejected").isTrue();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {PLACES, PLACES - 1, PLACES + 1})
  void s1ChangeFromParkToRejectReachesTheWorkerThatWaits(int limit) throws Exception {
    try (var server = new RunningServer(settings(PARK), new TestHandler())) {
      var first = server.connect();
      assertThat(echo(first, "a") + echo(server.connect(), "b")).isEqualTo("ab");
      server.awaitEvent(TelemetryEvent.LimitReached.class);
      var waiting = server.connect();
      send(waiting, "c");
      server.node.configure(
          AlteredSettings.of("maxConnections", limit, "whenLimitReached", REJECT, "acceptors", 2));
      if (limit > PLACES) {
        assertThat(read(waiting, 1)).isEqualTo("c");
        waiting = server.connect();
        send(waiting, "d");
      }
      assertThat(ended(waiting)).as("it was rejected").isTrue();

      server.node.configure(settings(PARK)); // back to the old policy
      if (limit == PLACES) {
        var again = server.connect();
        send(again, "e");
        first.close();
        assertThat(read(again, 1)).isEqualTo("e");
      }
    }
  }

  /** Many clients come at once, and end in all ways; there are never more of them than allowed. */
  @Test
  void s1ThereAreNeverMoreThanTheLimitHoweverTheyComeAndGo() throws Exception {
    var inside = new AtomicInteger();
    var most = new AtomicInteger();
    var handler =
        new Ending() {
          @Override
          public Next<String> handleData(ByteBuffer data, Socket socket, String state)
              throws Exception {
            most.accumulateAndGet(inside.incrementAndGet(), Math::max);
            try {
              Thread.yield();
              return super.handleData(data, socket, state);
            } finally {
              inside.decrementAndGet();
            }
          }
        };
    try (var server = new RunningServer(settings(PARK), handler)) {
      for (int round = 0; round < 5; round++) {
        var clients = new ArrayList<java.net.Socket>();
        for (Way way : Way.values()) {
          for (int i = 0; i < 6; i++) {
            clients.add(server.connect());
            send(clients.getLast(), way.name());
          }
        }
        for (java.net.Socket client : clients) {
          assertThat(client.getInputStream().read()).isPositive();
          client.close();
        }
      }
      assertThat(most.get()).isBetween(1, PLACES);
      requireAllPlaces(server);
    }
  }
}
