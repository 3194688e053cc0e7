// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.server;

import static io.thousandisland.runtime.server.Peers.echo;
import static org.assertj.core.api.Assertions.assertThat;

import io.thousandisland.runtime.handlers.HandlerBinding;
import io.thousandisland.runtime.shared.RuntimeContext;
import io.thousandisland.runtime.shared.Telemetry;
import io.thousandisland.server.Status;
import io.thousandisland.telemetry.TelemetryEvent;
import io.thousandisland.transport.OutOfDescriptorsException;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Rules S2 and T3; conformance rows A1 to A4. */
@Timeout(60)
class AcceptTroubleTest {

  private final FlakyTransport transport = new FlakyTransport();

  private RunningServer server() {
    return new RunningServer(RunningServer.settings(), transport, new TestHandler());
  }

  @Test
  void a1a2DescriptorExhaustionPausesAndKeepsLiveConnections() throws Exception {
    try (var server = server()) {
      var before = server.connect();
      assertThat(echo(before, "a")).isEqualTo("a");
      transport.failNextAccepts(5, FlakyTransport::outOfDescriptors);
      long start = System.nanoTime();
      var waiting = server.connect();
      assertThat(echo(before, "b")).isEqualTo("b");
      assertThat(echo(waiting, "c")).isEqualTo("c");
      assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThan(Duration.ofMillis(400));
      assertThat(echo(server.connect(), "d")).isEqualTo("d");
      assertThat(server.events(TelemetryEvent.AcceptPaused.class)).hasSize(5);
      assertThat(server.events(TelemetryEvent.AcceptPaused.class).getFirst().reason())
          .isInstanceOf(OutOfDescriptorsException.class);
      assertThat(server.events(TelemetryEvent.Restarted.class)).isEmpty();
    }
  }

  @Test
  void a3a4FailedAcceptsAreTheirClientsTroubleAndNameTheirCause() throws Exception {
    try (var server = server()) {
      transport.failNextAccepts(10, () -> new IOException("aborted on purpose"));
      assertThat(echo(server.connect(), "x")).isEqualTo("x");
      assertThat(server.events(TelemetryEvent.AcceptFailed.class))
          .hasSize(10)
          .allSatisfy(e -> assertThat(e.reason()).hasMessage("aborted on purpose"));
      assertThat(server.events(TelemetryEvent.Restarted.class)).isEmpty();
    }
  }

  @Test
  void t3CrashOfAWorkerCostsNoConnection() throws Exception {
    try (var server = server()) {
      var before = server.connect();
      assertThat(echo(before, "a")).isEqualTo("a");
      transport.failNextAccepts(1, () -> new IllegalStateException("bug on purpose"));
      assertThat(echo(server.connect(), "b")).isEqualTo("b");
      server.awaitEvent(TelemetryEvent.Restarted.class);
      assertThat(echo(before, "c")).isEqualTo("c");
    }
  }

  @Test
  void t5ThreadThatRestartsANodeBearsTheServersName() throws Exception {
    var names = new java.util.concurrent.LinkedBlockingQueue<String>();
    try (var runtime = new RuntimeContext()) {
      var telemetry = new Telemetry();
      telemetry.add(
          event -> {
            if (event instanceof TelemetryEvent.Restarted) {
              names.add(Thread.currentThread().getName());
            }
          });
      var one = RunningServer.settings().withAcceptors(1);
      var node = new ServerNode(one, telemetry, runtime);
      node.transport("test", transport);
      node.serve(
          new HandlerBinding(new HandlerBinding.Facts("h", "1", 1, 0, false), new TestHandler()));
      transport.failNextAccepts(1, () -> new IllegalStateException("bug on purpose"));
      node.start();
      assertThat(names.poll(20, java.util.concurrent.TimeUnit.SECONDS))
          .isEqualTo("test acceptor 1 supervisor");
      node.stop().join();
    }
  }

  @Test
  void t3LostChannelIsBoundAgainAtTheSamePort() throws Exception {
    try (var server = server()) {
      int port = server.port();
      var before = server.connect();
      assertThat(echo(before, "a")).isEqualTo("a");
      transport.loseChannel();
      server.await("bound again", s -> transport.binds() == 2);
      server.await(Status.RUNNING);
      assertThat(server.port()).isEqualTo(port);
      assertThat(echo(server.connect(), "b")).isEqualTo("b");
      assertThat(echo(before, "c")).isEqualTo("c");
    }
  }

  @Test
  void a9PortThatCannotBeHadIsSaidAndTriedAgain() throws Exception {
    try (var server = server()) {
      int port = server.port();
      var before = server.connect();
      assertThat(echo(before, "a")).isEqualTo("a");
      transport.portTaken = true;
      int tries = transport.tries();
      server.node.suspend();
      server.node.resume();
      server.await(Status.FAILED);
      assertThat(server.node.info().reason())
          .hasValue("cannot listen at 127.0.0.1:" + port + ": on purpose");
      assertThat(echo(before, "b")).isEqualTo("b");
      transport.portTaken = false;
      server.await(Status.RUNNING); // it recovers by itself, a second later
      assertThat(transport.tries() - tries).isBetween(2, 4);
      assertThat(server.port()).isEqualTo(port);
      assertThat(echo(server.connect(), "c")).isEqualTo("c");
    }
  }

  /** The events tell of waits; this test checks that there are any. */
  @Test
  void t3TriesForAPortThatCannotBeHadWaitLongerEachTime() throws Exception {
    try (var server = server()) {
      transport.portTaken = true;
      int tries = transport.tries();
      long start = System.nanoTime();
      server.node.suspend();
      server.node.resume();
      server.await("tried three times", x -> transport.tries() - tries == 3);
      assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThan(Duration.ofSeconds(3));
      server.await("told", x -> x.events(TelemetryEvent.ListenFailed.class).size() == 3);
      assertThat(server.events(TelemetryEvent.ListenFailed.class))
          .extracting(TelemetryEvent.ListenFailed::retryIn)
          .containsExactly(Duration.ofSeconds(1), Duration.ofSeconds(2), Duration.ofSeconds(4));
    }
  }

  @Test
  void v17WhatWasSetLiveAndTheCountsSurviveTheCrashOfAWorkerAndALostChannel() throws Exception {
    try (var server = server()) {
      var before = server.connect();
      assertThat(echo(before, "a")).isEqualTo("a");
      server.node.configure(AlteredSettings.of("maxConnections", 3, "acceptors", 3));
      int restarts = 0;
      for (int i = 0; i < 3; i++) {
        transport.failNextAccepts(1, () -> new IllegalStateException("bug on purpose"));
        try (var passing = server.connect()) {
          assertThat(echo(passing, "b")).isEqualTo("b");
        }
        int wanted = ++restarts;
        server.await("restarted", s -> s.events(TelemetryEvent.Restarted.class).size() >= wanted);
        assertSet(server);
      }
      transport.loseChannel();
      server.await("bound again", s -> transport.binds() == 2);
      server.await(Status.RUNNING);
      assertSet(server);
      assertThat(echo(before, "c")).isEqualTo("c");
    }
  }

  /**
   * Checks that the settings are as changed and that one connection is live, so no place was lost
   * or counted twice.
   */
  private static void assertSet(RunningServer server) throws Exception {
    assertThat(server.node.info().maxConnections()).isEqualTo(3);
    assertThat(server.node.info().acceptors()).isEqualTo(3);
    server.await("one connection", s -> s.node.info().connections() == 1);
    try (var second = server.connect();
        var third = server.connect()) {
      assertThat(echo(second, "2")).isEqualTo("2");
      assertThat(echo(third, "3")).isEqualTo("3");
      assertThat(server.node.info().connections()).isEqualTo(3);
    }
    server.await("one connection", s -> s.node.info().connections() == 1);
  }
}
