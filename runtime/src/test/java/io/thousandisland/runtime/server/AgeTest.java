// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.server;

import static io.thousandisland.runtime.server.Peers.echo;
import static io.thousandisland.runtime.server.Peers.ended;
import static io.thousandisland.runtime.server.Peers.send;
import static org.assertj.core.api.Assertions.assertThat;

import io.thousandisland.handler.Next;
import io.thousandisland.handler.Socket;
import io.thousandisland.runtime.settings.PaceSettings;
import io.thousandisland.runtime.settings.ServerSettings;
import io.thousandisland.telemetry.Ending;
import io.thousandisland.telemetry.TelemetryEvent;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Rules P1 and P4: connections that have reached their age. */
@Timeout(60)
class AgeTest {

  private static final Duration AGE = Duration.ofMillis(200);
  private static final Duration LONG = Duration.ofSeconds(20);

  private static ServerSettings aged(Duration drain, Duration shutdown) {
    return AlteredSettings.of("maxAge", AGE, "drainTimeout", drain, "shutdownTimeout", shutdown);
  }

  private static Ending ending(RunningServer server) {
    return server.awaitEvent(TelemetryEvent.ConnectionStopped.class).ending();
  }

  @Test
  void p1ConnectionOfThatAgeIsAdvisedAndEndsWhenItIsIdle() throws Exception {
    var handler = new TestHandler();
    try (var server = new RunningServer(aged(LONG, LONG), handler)) {
      var client = server.connect();
      assertThat(echo(client, "a")).isEqualTo("a");
      assertThat(ended(client)).isTrue();
      assertThat(handler.ended()).isEqualTo("shutdown new");
      assertThat(ending(server)).isEqualTo(new Ending.Aged());
    }
  }

  @Test
  void p1ConnectionThatCarriesOnIsShutDownAfterTheDrainTimeout() throws Exception {
    var advised = new LinkedBlockingQueue<Long>();
    var handler =
        new TestHandler.Staying() {
          @Override
          public Next<String> handleDrain(Socket socket, String state) throws Exception {
            advised.add(System.nanoTime());
            return super.handleDrain(socket, state);
          }
        };
    long began = System.nanoTime();
    try (var server = new RunningServer(aged(Duration.ofMillis(300), LONG), handler)) {
      var client = server.connect();
      assertThat(echo(client, "a")).isEqualTo("a");
      assertThat(handler.ended()).isEqualTo("shutdown new");
      long over = System.nanoTime();
      assertThat(ending(server)).isEqualTo(new Ending.Aged());
      assertThat(advised).hasSize(1);
      long advice = advised.take();
      assertThat(Duration.ofNanos(advice - began)).isGreaterThan(AGE.multipliedBy(9).dividedBy(10));
      assertThat(Duration.ofNanos(over - advice)).isGreaterThan(Duration.ofMillis(250));
    }
  }

  /** Such a handler hears nothing of the advice, unless it asks. */
  @Test
  void p1HandlerThatOwnsTheConversationIsAdvisedAndItsReceiveEnds() throws Exception {
    var draining = new LinkedBlockingQueue<Boolean>();
    var handler =
        new TestHandler() {
          @Override
          public Next<String> handleConnection(Socket socket) throws Exception {
            for (; ; ) { // until the shutdown
              ByteBuffer unused = socket.receive();
              if (socket.draining()) {
                draining.add(true);
              }
            }
          }
        };
    try (var server = new RunningServer(aged(Duration.ofMillis(500), LONG), handler)) {
      var client = server.connect();
      while (draining.isEmpty()) {
        send(client, "a");
        Thread.sleep(5); // until it is old enough
      }
      assertThat(ended(client)).isTrue();
      assertThat(handler.ended()).isEqualTo("shutdown null");
      assertThat(ending(server)).isEqualTo(new Ending.Aged());
    }
  }

  @Test
  void p4HandlerThatIgnoresEverythingIsForcedAndItsThreadIsNamed() throws Exception {
    var inside = new CountDownLatch(1);
    var released = new CountDownLatch(1);
    var handler =
        new TestHandler() {
          @Override
          public Next<String> handleData(ByteBuffer data, Socket socket, String state) {
            inside.countDown();
            while (released.getCount() > 0) {
              try {
                released.await();
              } catch (InterruptedException ignored) {
                // as handlers do that are to be feared
              }
            }
            return Next.proceed(state);
          }
        };
    var settings = aged(Duration.ofMillis(50), Duration.ofMillis(200));
    try (var server = new RunningServer(settings, new TestHandler())) {
      server.serve(handler, false);
      var client = server.connect();
      send(client, "a");
      inside.await();
      assertThat(ended(client)).isTrue();
      server.awaitConnections(0); // it is waited for no more
      TelemetryEvent.DrainEnded told = server.awaitEvent(TelemetryEvent.DrainEnded.class);
      assertThat(told.result().forced()).isEqualTo(1);
      assertThat(told.result().lingering()).containsExactly("test connection 1");
      assertThat(told.result().took()).isGreaterThanOrEqualTo(Duration.ofMillis(200));
      released.countDown();
      server.awaitFreePlaces();
    } finally {
      released.countDown();
    }
  }

  @Test
  void p1ConnectionThatMigratesKeepsItsAgeAndTheNextHandlerIsAdvisedToo() throws Exception {
    var advised = new LinkedBlockingQueue<String>();
    class Advised extends TestHandler.Staying {
      private final String name;

      Advised(String name) {
        this.name = name;
      }

      @Override
      public Next<String> handleDrain(Socket socket, String state) throws Exception {
        advised.add(name);
        return super.handleDrain(socket, state);
      }
    }
    var next = new Advised("second");
    try (var server = new RunningServer(aged(Duration.ofSeconds(2), LONG), new TestHandler())) {
      long first = server.serve(new Advised("first"));
      var client = server.connect();
      assertThat(echo(client, "a")).isEqualTo("a");
      assertThat(advised.poll(20, TimeUnit.SECONDS)).isEqualTo("first");
      server.serve(next);
      assertThat(server.node.retire(first).get(20, TimeUnit.SECONDS).migrated()).isEqualTo(1);
      assertThat(advised.poll(20, TimeUnit.SECONDS)).isEqualTo("second");
      assertThat(next.ended()).isEqualTo("shutdown new");
      assertThat(ending(server)).isEqualTo(new Ending.Aged());
    }
  }

  @Test
  void p1ConnectionWithoutAHandlerEndsAtItsAgeToo() throws Exception {
    var settings = aged(Duration.ofMillis(50), LONG);
    try (var server = new RunningServer(settings, new TestHandler())) {
      var client = server.connect();
      assertThat(echo(client, "a")).isEqualTo("a");
      assertThat(server.node.retire(1).get(20, TimeUnit.SECONDS).migrated()).isEqualTo(1);
      assertThat(ended(client)).isTrue();
      assertThat(ending(server)).isEqualTo(new Ending.Aged());
    }
  }

  @Test
  void p1AgeAppliesToConnectionsThatAreThereAndIsTakenBack() throws Exception {
    awaitNoReaper(); // of the test before
    var usual = AlteredSettings.of("drainTimeout", LONG);
    var handler = new TestHandler();
    try (var server = new RunningServer(usual, handler)) {
      var first = server.connect();
      assertThat(echo(first, "a")).isEqualTo("a");
      assertThat(reaper()).isEmpty();
      server.node.configure(AlteredSettings.of("drainTimeout", LONG, "maxAge", AGE));
      assertThat(ended(first)).isTrue();
      assertThat(handler.ended()).isEqualTo("shutdown new");
      var second = server.connect();
      assertThat(echo(second, "b")).isEqualTo("b");
      server.node.configure(usual);
      awaitNoReaper();
      Thread.sleep(AGE.multipliedBy(2)); // nothing happens, so no event can be awaited
      assertThat(echo(second, "c")).isEqualTo("c");
    }
  }

  private static void awaitNoReaper() throws InterruptedException {
    Optional<Thread> watch = reaper();
    if (watch.isPresent()) {
      assertThat(watch.get().join(Duration.ofSeconds(20))).isTrue();
    }
  }

  /** The thread that looks. */
  private static Optional<Thread> reaper() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().equals("test reaper"))
        .findAny();
  }

  @Test
  void p1AgesAreSpreadEvenlyAndAConnectionKeepsItsPlace() {
    PaceSettings hour = PaceSettings.DEFAULT.withAge(Duration.ofHours(1), 10);
    PaceSettings day = PaceSettings.DEFAULT.withAge(Duration.ofDays(1), 10);
    int[] tenths = new int[10];
    for (long id = 1; id <= 1000; id++) {
      double factor = (double) hour.ageOf(id) / Duration.ofHours(1).toNanos();
      assertThat(factor).isBetween(0.9, 1.1);
      tenths[(int) ((factor - 0.9) / 0.02)]++;
      assertThat((double) day.ageOf(id) / hour.ageOf(id)).isBetween(23.99, 24.01);
    }
    assertThat(Arrays.stream(tenths)).allMatch(count -> 95 <= count && count <= 105);
  }

  @Test
  void p1AgeWithoutJitterIsTheSameForAllAndNoneIsNeverReached() {
    PaceSettings exact = PaceSettings.DEFAULT.withAge(Duration.ofHours(1), 0);
    assertThat(LongStream.range(1, 100).map(exact::ageOf).distinct())
        .containsExactly(Duration.ofHours(1).toNanos());
    PaceSettings longest = PaceSettings.DEFAULT.withAge(Duration.ofDays(36_500), 100);
    assertThat(LongStream.range(1, 100).map(longest::ageOf)).allMatch(age -> age > 0);
    assertThat(PaceSettings.DEFAULT.ageOf(7)).isEqualTo(Long.MAX_VALUE);
  }
}
