// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.server;

import static io.thousandisland.runtime.server.Peers.echo;
import static io.thousandisland.runtime.server.Peers.ended;
import static io.thousandisland.runtime.server.Peers.read;
import static io.thousandisland.runtime.server.Peers.send;
import static io.thousandisland.runtime.server.TestHandler.bytes;
import static io.thousandisland.runtime.server.TestHandler.text;
import static org.assertj.core.api.Assertions.assertThat;

import io.thousandisland.handler.Handler;
import io.thousandisland.handler.MigrationDeclinedException;
import io.thousandisland.handler.Next;
import io.thousandisland.handler.Socket;
import io.thousandisland.runtime.settings.Policies;
import io.thousandisland.runtime.settings.ServerSettings;
import io.thousandisland.runtime.settings.Timeouts;
import io.thousandisland.server.Drained;
import io.thousandisland.server.Status;
import io.thousandisland.telemetry.Ending;
import io.thousandisland.telemetry.TelemetryEvent;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Rules W3 to W5: connections that change hands. */
@Timeout(60)
class MigrationTest {

  /** Answers each line with its tag and the number of lines so far; the state is that number. */
  private static class Counting implements Handler<Integer> {
    private final String tag;

    Counting(String tag) {
      this.tag = tag;
    }

    @Override
    public Next<Integer> handleConnection(Socket socket) {
      return Next.proceed(0);
    }

    @Override
    public Next<Integer> handleData(ByteBuffer data, Socket socket, Integer lines)
        throws Exception {
      int count = lines;
      for (int i = data.position(); i < data.limit(); i++) {
        if (data.get(i) == '\n') {
          ByteBuffer line = data.slice(data.position(), i - data.position());
          data.position(i + 1);
          socket.send(bytes(tag + ++count + text(line)));
        }
      }
      return Next.proceed(count);
    }
  }

  private static RunningServer server(Handler<?> handler) {
    return new RunningServer(settings(), handler);
  }

  private static ServerSettings settings() {
    return RunningServer.settings()
        .with(Timeouts.DEFAULT.withDrain(Duration.ofSeconds(1), Duration.ofSeconds(4)));
  }

  private static Drained retire(RunningServer server, long service) throws Exception {
    return server.node.retire(service).get(20, TimeUnit.SECONDS);
  }

  @Test
  void w3WhatTheOldHandlerLeftOnAThreadIsGoneWhenItHasGone() throws Exception {
    var left = new LeftOnThreads();
    var leaving =
        new Counting("a") {
          @Override
          public Next<Integer> handleData(ByteBuffer data, Socket socket, Integer lines)
              throws Exception {
            left.leaveOne();
            return super.handleData(data, socket, lines);
          }
        };
    try (var server = server(new TestHandler())) {
      long old = server.serve(leaving);
      var client = server.connect();
      send(client, "x\n");
      assertThat(read(client, 3)).isEqualTo("a1x");
      assertThat(retire(server, old).migrated()).isEqualTo(1);
      left.awaitForgotten();
      server.serve(new Counting("b"));
      send(client, "y\n");
      assertThat(read(client, 3)).isEqualTo("b2y");
    }
  }

  @Test
  void w5ConnectionWaitsWithoutAHandlerAndGoesOnWithTheNextInTheMiddleOfAMessage()
      throws Exception {
    try (var server = server(new TestHandler())) {
      long old = server.serve(new Counting("a"));
      var client = server.connect();
      assertThat(echo(client, "x\n".repeat(1))).isEqualTo("a1");
      assertThat(read(client, 1)).isEqualTo("x");
      send(client, "one\nmid");
      assertThat(read(client, 5)).isEqualTo("a2one");

      Drained drained = retire(server, old);
      assertThat(drained).extracting(Drained::migrated, Drained::graceful).containsExactly(1, 0);
      assertThat(server.node.status()).isEqualTo(Status.WAITING);
      send(client, "dle\n");
      assertThat(server.node.connections().getFirst().generation()).isZero();

      server.serve(new Counting("b"));
      assertThat(read(client, 8)).isEqualTo("b3middle");
      assertThat(server.awaitEvent(TelemetryEvent.ConnectionMigrated.class).to())
          .isEqualTo(server.node.connections().getFirst().generation());
      assertThat(server.node.info().generations()).hasSize(1);
    }
  }

  @Test
  void w5ConnectionGoesToTheNextAtOnceWhenItIsThere() throws Exception {
    try (var server = server(new TestHandler())) {
      long old = server.serve(new Counting("a"));
      var client = server.connect();
      send(client, "one\n");
      assertThat(read(client, 5)).isEqualTo("a1one");
      server.serve(new Counting("b")); // policy keep: the connection stays
      send(client, "two\n");
      assertThat(read(client, 5)).isEqualTo("a2two");
      assertThat(retire(server, old).migrated()).isEqualTo(1);
      send(client, "three\n");
      assertThat(read(client, 7)).isEqualTo("b3three");
    }
  }

  @Test
  void w4BetterHandlerTakesTheOldConnectionsOverUnderPolicyMigrate() throws Exception {
    var migrate =
        settings()
            .with(
                new Policies(
                    Policies.WhenHandlerLeaves.MIGRATE, Policies.WhenBetterArrives.MIGRATE, false));
    try (var server = new RunningServer(migrate, new Counting("a"))) {
      var client = server.connect();
      send(client, "one\n");
      assertThat(read(client, 5)).isEqualTo("a1one");
      server.serve(new Counting("b"));
      server.awaitEvent(TelemetryEvent.ConnectionMigrated.class);
      send(client, "two\n");
      assertThat(read(client, 5)).isEqualTo("b2two");
    }
  }

  @Test
  void b14OneConnectionSurvivesAnUpgradeAndTheDowngradeAfterIt() throws Exception {
    record Totals(int lines, String last) {}
    class Richer implements Handler<Totals> {
      @Override
      public Next<Totals> handleData(ByteBuffer data, Socket socket, Totals state)
          throws Exception {
        String line = text(data).strip();
        socket.send(bytes("r" + (state.lines() + 1) + line + "<" + state.last()));
        return Next.proceed(new Totals(state.lines() + 1, line));
      }

      @Override
      public @Nullable Object exportState(Socket socket, Totals state) {
        return Map.of("lines", state.lines(), "last", state.last());
      }

      @Override
      public Next<Totals> importState(@Nullable Object snapshot, Socket socket)
          throws MigrationDeclinedException {
        if (snapshot instanceof Integer lines) {
          return Next.proceed(new Totals(lines, "-"));
        }
        throw new MigrationDeclinedException("not mine: " + snapshot);
      }
    }
    class CountingAgain extends Counting {
      CountingAgain() {
        super("c");
      }

      @Override
      public Next<Integer> importState(@Nullable Object snapshot, Socket socket) {
        return Next.proceed(
            snapshot instanceof Map<?, ?> richer && richer.get("lines") instanceof Integer lines
                ? lines
                : 0);
      }
    }
    try (var server = server(new TestHandler())) {
      long first = server.serve(new Counting("a"));
      var client = server.connect();
      send(client, "one\n");
      assertThat(read(client, 5)).isEqualTo("a1one");
      retire(server, first);
      long second = server.serve(new Richer());
      send(client, "two\n");
      assertThat(read(client, 7)).isEqualTo("r2two<-");
      retire(server, second);
      server.serve(new CountingAgain());
      send(client, "three\n");
      assertThat(read(client, 7)).isEqualTo("c3three");
    }
  }

  @Test
  void w5HandlerThatDeclinesToGiveAwayIsDrainedWithAnEventThatSaysWhy() throws Exception {
    class Keeping extends Counting {
      Keeping() {
        super("k");
      }

      @Override
      public @Nullable Object exportState(Socket socket, Integer state)
          throws MigrationDeclinedException {
        throw new MigrationDeclinedException("holds a lock");
      }

      @Override
      public Next<Integer> handleDrain(Socket socket, Integer state) throws Exception {
        socket.send(bytes("bye"));
        return Next.close(state);
      }
    }
    try (var server = server(new TestHandler())) {
      long old = server.serve(new Keeping());
      var client = server.connect();
      send(client, "one\n");
      assertThat(read(client, 5)).isEqualTo("k1one");
      assertThat(retire(server, old))
          .extracting(Drained::migrated, Drained::graceful, Drained::forced)
          .containsExactly(0, 1, 0);
      assertThat(read(client, 3)).isEqualTo("bye");
      assertThat(ended(client)).isTrue();
      assertThat(server.awaitEvent(TelemetryEvent.MigrationDeclined.class).reason())
          .hasMessage("holds a lock");
    }
  }

  @Test
  void w5StateOfAnotherTypeIsDeclinedByTheDefaultAndTheOldHandlerFinishes() throws Exception {
    try (var server = server(new TestHandler())) {
      var old = new TestHandler(); // its state is a String
      long service = server.serve(old);
      var client = server.connect();
      assertThat(echo(client, "a")).isEqualTo("a");
      server.serve(new Counting("b")); // its state is an Integer
      Drained drained = retire(server, service);
      assertThat(drained.migrated()).isZero();
      assertThat(old.ended()).isEqualTo("shutdown new");
      assertThat(server.awaitEvent(TelemetryEvent.MigrationDeclined.class).reason())
          .hasMessageContaining("java.lang.String")
          .hasMessageContaining("java.lang.Integer");
    }
  }

  @Test
  void w5ConnectionThatNobodyTakesUpIsClosedWhenTheHandlerWaitIsOver() throws Exception {
    var brief = settings().with(settings().timeouts().withHandlerWait(Duration.ofMillis(200)));
    try (var server = new RunningServer(brief, new TestHandler())) {
      var old = new Counting("a");
      long service = server.serve(old);
      var client = server.connect();
      send(client, "one\n");
      assertThat(read(client, 5)).isEqualTo("a1one");
      assertThat(retire(server, service).migrated()).isEqualTo(1);
      assertThat(ended(client)).isTrue();
      assertThat(server.awaitEvent(TelemetryEvent.ConnectionStopped.class).ending())
          .isEqualTo(new Ending.Unserved());
    }
  }

  @Test
  void w5TimeWithoutAHandlerDoesNotCountAsSilenceOfThePeer() throws Exception {
    var brief = settings().with(settings().timeouts().withRead(Duration.ofMillis(1_000)));
    try (var server = new RunningServer(brief, new TestHandler())) {
      long service = server.serve(new Counting("a"));
      var client = server.connect();
      send(client, "one\n");
      assertThat(read(client, 5)).isEqualTo("a1one");
      retire(server, service);
      Thread.sleep(1_200); // longer than the read timeout, on purpose
      server.serve(new Counting("b"));
      send(client, "two\n");
      assertThat(read(client, 5)).isEqualTo("b2two");
    }
  }

  @Test
  void w5ConnectionInALongCallbackLeavesWhenItReturns() throws Exception {
    var inside = new CountDownLatch(1);
    var goOn = new CountDownLatch(1);
    class Slow extends Counting {
      Slow() {
        super("s");
      }

      @Override
      public Next<Integer> handleData(ByteBuffer data, Socket socket, Integer lines)
          throws Exception {
        inside.countDown();
        goOn.await();
        return super.handleData(data, socket, lines);
      }
    }
    try (var server = server(new TestHandler())) {
      long service = server.serve(new Slow());
      var client = server.connect();
      send(client, "one\n");
      inside.await();
      var retired = server.node.retire(service);
      assertThat(retired).isNotDone();
      goOn.countDown();
      assertThat(retired.get(20, TimeUnit.SECONDS).migrated()).isEqualTo(1);
      assertThat(read(client, 5)).isEqualTo("s1one");
      server.serve(new Counting("b"));
      send(client, "two\n");
      assertThat(read(client, 5)).isEqualTo("b2two");
    }
  }

  @Test
  void v7HandlerThatLeavesAServerWhichStopsSaysGoodbyeToItsConnections() throws Exception {
    var polite =
        new TestHandler() {
          @Override
          public void handleShutdown(Socket socket, String state) {
            super.handleShutdown(socket, state);
            try {
              socket.send(bytes("bye"));
            } catch (java.io.IOException e) {
              errors.add(e);
            }
          }
        };
    try (var server = server(new TestHandler())) {
      long service = server.serve(polite);
      var client = server.connect();
      assertThat(echo(client, "a")).isEqualTo("a");
      var stopped = server.node.stop();
      assertThat(retire(server, service).migrated()).isZero();
      assertThat(Peers.readToEnd(client)).isEqualTo("bye");
      assertThat(polite.ended()).isEqualTo("shutdown new");
      stopped.get(20, TimeUnit.SECONDS);
    }
  }

  @Test
  void s5DrainOfTheServerEndsConnectionsThatWaitWithoutAHandler() throws Exception {
    var brief =
        settings()
            .with(settings().timeouts().withDrain(Duration.ofMillis(100), Duration.ofSeconds(4)));
    try (var server = new RunningServer(brief, new TestHandler())) {
      long service = server.serve(new Counting("a"));
      var client = server.connect();
      send(client, "one\n");
      assertThat(read(client, 5)).isEqualTo("a1one");
      retire(server, service);
      Drained drained = server.node.drain().result().get(20, TimeUnit.SECONDS);
      assertThat(drained).extracting(Drained::graceful, Drained::forced).containsExactly(1, 0);
      assertThat(ended(client)).isTrue();
    }
  }
}
