// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.server;

import static io.thousandisland.runtime.server.Peers.echo;
import static org.assertj.core.api.Assertions.assertThat;

import io.thousandisland.handler.Next;
import io.thousandisland.handler.Socket;
import io.thousandisland.runtime.settings.LimitSettings;
import io.thousandisland.runtime.settings.ListenSettings;
import io.thousandisland.runtime.settings.Policies;
import io.thousandisland.runtime.settings.ServerSettings;
import io.thousandisland.runtime.settings.Timeouts;
import io.thousandisland.server.Drain;
import io.thousandisland.server.Status;
import io.thousandisland.telemetry.TelemetryEvent;
import java.net.SocketOption;
import java.net.StandardSocketOptions;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Rules S1 and S6: settings that change while connections are live. */
@Timeout(60)
class ReconfigureTest {

  private static ServerSettings acceptors(int count) {
    return RunningServer.settings()
        .withAcceptors(count)
        .with(Timeouts.DEFAULT.withDrain(Duration.ofSeconds(30), Duration.ofSeconds(5)));
  }

  @Test
  void s6AcceptorsThatCameBackBeforeTheOldOnesWereDrainedStay() throws Exception {
    try (var server = new RunningServer(acceptors(4), new TestHandler.Staying())) {
      var clients = new java.net.Socket[8];
      for (int i = 0; i < clients.length; i++) {
        clients[i] = server.connect();
        assertThat(echo(clients[i], "a")).isEqualTo("a");
      }
      server.node.configure(acceptors(1));
      assertThat(server.node.info().acceptors()).isEqualTo(1);
      assertThat(server.node.drains()).hasSize(3);
      assertThat(server.node.connections()).hasSize(8);
      server.node.configure(acceptors(4));
      assertThat(server.node.info().acceptors()).isEqualTo(4);
      for (Drain ofAnOldOne : server.node.drains()) { // ends the connections that are left
        ofAnOldOne.cutShort();
        ofAnOldOne.result().get(20, TimeUnit.SECONDS);
      }
      for (int i = 0; i < 8; i++) {
        assertThat(echo(server.connect(), "b")).isEqualTo("b");
      }
      assertThat(server.node.info().acceptors()).isEqualTo(4);
      assertThat(server.node.connections().stream().map(c -> c.acceptor()).distinct()).hasSize(4);
      server.node.configure(RunningServer.settings().withAcceptors(4));
    }
  }

  @Test
  void s6AnEphemeralPortStaysWhenOtherSettingsOfTheListenerChange() throws Exception {
    try (var server = new RunningServer(new TestHandler())) {
      int port = server.port();
      var client = server.connect();
      assertThat(echo(client, "a")).isEqualTo("a");
      server.node.configure(
          RunningServer.settings().with(new ListenSettings("127.0.0.1", 0, 64, 2, Map.of())));
      server.await(Status.RUNNING);
      assertThat(server.port()).isEqualTo(port);
      assertThat(server.node.info().listenSockets()).isEqualTo(2);
      assertThat(echo(client, "b")).isEqualTo("b");
      assertThat(echo(server.connect(), "c")).isEqualTo("c");
    }
  }

  private static ServerSettings listening(int sockets, Map<SocketOption<?>, Object> options) {
    return acceptors(4).with(new ListenSettings("127.0.0.1", 0, 1024, sockets, options));
  }

  @Test
  void s6SettingsAreTakenThoughTheServerIsSuspendedWhileItsChannelsArePrepared() throws Exception {
    var transport = new FlakyTransport();
    try (var server = new RunningServer(acceptors(4), transport, new TestHandler())) {
      int port = server.port();
      transport.beforeAnother(server.node::suspend);
      assertThat(server.node.configure(listening(2, Map.of()))).isEmpty();
      assertThat(server.node.status()).isEqualTo(Status.SUSPENDED);
      server.node.resume();
      server.await(Status.RUNNING);
      assertThat(server.node.info().listenSockets()).isEqualTo(2);
      assertThat(server.port()).isEqualTo(port);
      assertThat(echo(server.connect(), "a")).isEqualTo("a");
    }
  }

  /** Otherwise a channel that is closed would replace the living one, which nobody would close. */
  @Test
  void s6SettingsAreTakenThoughTheServerHasAnotherChannelSinceTheyWerePrepared() throws Exception {
    var transport = new FlakyTransport();
    try (var server = new RunningServer(acceptors(4), transport, new TestHandler())) {
      int port = server.port();
      transport.afterOptions(
          () -> {
            server.node.suspend();
            server.node.resume();
          });
      var options = Map.<SocketOption<?>, Object>of(StandardSocketOptions.SO_RCVBUF, 65_536);
      assertThat(server.node.configure(listening(1, options))).isEmpty();
      for (int i = 0; i < 8; i++) {
        assertThat(echo(server.connect(), "a")).isEqualTo("a");
      }
      server.await(Status.RUNNING);
      assertThat(server.port()).isEqualTo(port);
      assertThat(server.events(TelemetryEvent.ListenFailed.class)).isEmpty();
    }
  }

  @Test
  void s6NameChangesLiveAndConnectionsGoOn() throws Exception {
    ServerSettings s = RunningServer.settings();
    var renamed =
        new ServerSettings(
            "renamed",
            s.listen(),
            s.acceptors(),
            s.limits(),
            s.timeouts(),
            s.leave(),
            s.pace(),
            s.policies(),
            s.buffers(),
            s.restarts(),
            s.access(),
            s.alarm(),
            s.proxy(),
            s.options());
    try (var server = new RunningServer(new TestHandler())) {
      int port = server.port();
      var client = server.connect();
      assertThat(echo(client, "a")).isEqualTo("a");
      server.node.configure(renamed);
      assertThat(server.node.info().name()).isEqualTo("renamed");
      assertThat(server.port()).isEqualTo(port);
      assertThat(echo(client, "b")).isEqualTo("b");
      assertThat(echo(server.connect(), "c")).isEqualTo("c");
    }
  }

  @Test
  void v11RaisedLimitServesWhoWaitedAndALoweredOneClosesNobody() throws Exception {
    var one = RunningServer.settings().with(new LimitSettings(1, LimitSettings.WhenReached.PARK));
    try (var server = new RunningServer(one, new TestHandler())) {
      var first = server.connect();
      assertThat(echo(first, "a")).isEqualTo("a");
      var second = server.connect();
      Peers.send(second, "b");
      server.node.configure(RunningServer.settings());
      assertThat(Peers.read(second, 1)).isEqualTo("b");
      server.node.configure(one);
      assertThat(echo(first, "c")).isEqualTo("c");
      assertThat(echo(second, "d")).isEqualTo("d");
    }
  }

  @Test
  void s5DrainOfAGenerationOnDemandLeavesTheServerServing() throws Exception {
    var brief =
        RunningServer.settings()
            .with(Timeouts.DEFAULT.withDrain(Duration.ofMillis(100), Duration.ofSeconds(5)));
    try (var server = new RunningServer(brief, new TestHandler())) {
      var client = server.connect();
      assertThat(echo(client, "a")).isEqualTo("a");
      int number = server.node.info().generations().getFirst().number();
      var drained = server.node.drainGeneration(number).result().get(20, TimeUnit.SECONDS);
      assertThat(drained.graceful()).isEqualTo(1);
      assertThat(Peers.ended(client)).isTrue();
      assertThat(server.node.status()).isEqualTo(Status.RUNNING);
      assertThat(echo(server.connect(), "b")).isEqualTo("b");
    }
  }

  @Test
  void s5DrainCanBeWatchedAndCutShort() throws Exception {
    var patient =
        RunningServer.settings()
            .with(Timeouts.DEFAULT.withDrain(Duration.ofSeconds(60), Duration.ofSeconds(60)));
    var handler = new TestHandler.Staying();
    try (var server = new RunningServer(patient, handler)) {
      var client = server.connect();
      var other = server.connect();
      assertThat(echo(client, "a") + echo(other, "b")).isEqualTo("ab");
      long id = server.node.connections().getFirst().id();
      Drain drain = server.node.drainConnection(id);
      server.await("advice", s -> drain.progress().phase() == Drain.Phase.ADVICE);
      assertThat(drain.progress().remaining()).isEqualTo(1);
      drain.cutShort();
      assertThat(drain.result().get(20, TimeUnit.SECONDS).graceful()).isEqualTo(1);
      assertThat(handler.ended()).isEqualTo("shutdown new");
      assertThat(drain.progress().phase()).isEqualTo(Drain.Phase.OVER);
      assertThat(server.node.connections()).hasSize(1);
      server.node.configure(RunningServer.settings()); // otherwise the end of this test takes long
    }
  }

  /**
   * The server is drained while an acceptor and a generation are: there is one advice and one
   * answer.
   */
  @Test
  void h2HandlerIsAdvisedOnceThoughSeveralDrainsWantItAtTheSameTime() throws Exception {
    var patient =
        RunningServer.settings()
            .with(Timeouts.DEFAULT.withDrain(Duration.ofSeconds(60), Duration.ofSeconds(5)));
    var floor = new Floor();
    try (var server = new RunningServer(patient, floor)) {
      var client = server.connect();
      assertThat(echo(client, "a")).isEqualTo("a");
      long id = server.node.connections().getFirst().id();
      var drains = new java.util.ArrayList<Drain>();
      drains.add(server.node.drainConnection(id));
      server.await("advice", s -> floor.finishing.get() == 1);
      drains.add(server.node.drainGeneration(1));
      drains.add(server.node.drainAcceptor(server.node.connections().getFirst().acceptor()));
      drains.add(server.node.drain());
      for (Drain drain : drains) {
        server.await("advice", s -> drain.progress().phase() == Drain.Phase.ADVICE);
      }
      assertThat(echo(client, "b")).isEqualTo("b"); // one callback since the advice
      assertThat(floor.finishing).hasValue(1);
      for (Drain drain : drains) {
        drain.cutShort();
        drain.result().get(20, TimeUnit.SECONDS);
      }
      server.node.configure(RunningServer.settings());
    }
  }

  @Test
  void w6RollingDrainKeepsAllAcceptorsButOneServing() throws Exception {
    var brief =
        RunningServer.settings()
            .withAcceptors(4)
            .with(Timeouts.DEFAULT.withDrain(Duration.ofMillis(200), Duration.ofSeconds(5)));
    try (var server = new RunningServer(brief, new TestHandler.Staying())) {
      for (int i = 0; i < 20; i++) {
        assertThat(echo(server.connect(), "a")).isEqualTo("a");
      }
      Drain rolling = server.node.drainRolling();
      // each client is served, even one whose acceptor is drained in the next moment
      while (!rolling.result().isDone()) {
        assertThat(server.node.status()).isEqualTo(Status.RUNNING);
        assertThat(echo(server.connect(), "b")).isEqualTo("b");
      }
      var drained = rolling.result().get(20, TimeUnit.SECONDS);
      assertThat(drained.graceful()).isGreaterThanOrEqualTo(20);
      assertThat(drained.forced()).isZero();
    }
  }

  /** Counts the connections that are between the advice to finish and their end. */
  private static final class Floor extends TestHandler {
    private final AtomicInteger finishing = new AtomicInteger();
    private final AtomicInteger most = new AtomicInteger();

    @Override
    public Next<String> handleDrain(Socket socket, String state) {
      most.accumulateAndGet(finishing.incrementAndGet(), Math::max);
      return Next.proceed(state);
    }

    @Override
    public void handleShutdown(Socket socket, String state) {
      super.handleShutdown(socket, state);
      finishing.decrementAndGet();
    }
  }

  private static ServerSettings fourAcceptors(boolean rolling) {
    return RunningServer.settings()
        .withAcceptors(4)
        .with(
            new Policies(
                Policies.WhenHandlerLeaves.MIGRATE, Policies.WhenBetterArrives.DRAIN, rolling))
        .with(Timeouts.DEFAULT.withDrain(Duration.ofMillis(200), Duration.ofSeconds(5)));
  }

  private static void fill(RunningServer server) throws Exception {
    for (int i = 0; i < 40; i++) {
      assertThat(echo(server.connect(), "a")).isEqualTo("a");
    }
  }

  @Test
  void w6RollingDrainTakesOneAcceptorsShareOutOfServiceAtATime() throws Exception {
    var floor = new Floor();
    try (var server = new RunningServer(fourAcceptors(true), floor)) {
      fill(server);
      assertThat(server.node.drainRolling().result().get(20, TimeUnit.SECONDS).graceful())
          .isEqualTo(40);
      System.out.printf(
          "W6: rolling drain, at most %d of 40 finishing at once%n", floor.most.get());
      assertThat(floor.most.get()).isBetween(1, 15); // with an even spread it is 10
    }
  }

  @Test
  void w6RollingSwapTakesOneAcceptorsShareOutOfServiceAtATime() throws Exception {
    for (boolean rolling : new boolean[] {true, false}) {
      var floor = new Floor();
      try (var server = new RunningServer(fourAcceptors(rolling), floor)) {
        fill(server);
        server.serve(new TestHandler());
        server.await("all have gone", s -> s.node.info().connections() == 0);
        System.out.printf(
            "W6: swap, rolling %s, at most %d of 40 finishing at once%n",
            rolling, floor.most.get());
        assertThat(floor.most.get()).isBetween(rolling ? 1 : 30, rolling ? 15 : 40);
      }
    }
  }
}
