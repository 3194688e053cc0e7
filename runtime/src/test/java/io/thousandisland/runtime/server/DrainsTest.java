// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.server;

import static io.thousandisland.runtime.server.Peers.send;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.thousandisland.handler.Next;
import io.thousandisland.handler.Socket;
import io.thousandisland.runtime.drain.DrainTarget;
import io.thousandisland.runtime.drain.Drains;
import io.thousandisland.runtime.settings.Timeouts;
import io.thousandisland.runtime.shared.RuntimeContext;
import io.thousandisland.runtime.shared.ServerContext;
import io.thousandisland.runtime.shared.Telemetry;
import io.thousandisland.runtime.signals.Departures;
import io.thousandisland.server.Drain;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Rule S5: drains that have no thread, drains that overlap, and the cost of drains. */
@Timeout(60)
class DrainsTest {

  // ---- B13: no thread

  /** A thread that the system does not give. */
  private static Thread refused(Runnable work) {
    return new Thread(work) {
      @Override
      public void start() {
        throw new Error("no thread, on purpose"); // an OutOfMemoryError would end JUnit
      }
    };
  }

  @Test
  void b13DrainWhoseThreadCannotStartIsOverAtOnce() {
    try (var runtime = new RuntimeContext()) {
      var context = new ServerContext(AlteredSettings.of(), new Telemetry(), runtime);
      var drains = new Drains(context, DrainsTest::refused);
      var afterwards = new AtomicInteger();
      Drain drain =
          drains.start(
              drains.of("server", DrainTarget.of(List::of)),
              List.of(),
              afterwards::incrementAndGet);
      assertThatThrownBy(() -> drain.result().get(0, TimeUnit.SECONDS))
          .isInstanceOf(ExecutionException.class)
          .hasMessageContaining("no thread");
      assertThat(drains.underWay()).isEmpty();
      assertThat(afterwards).hasValue(1);
    }
  }

  @Test
  void b13RollingDrainWhoseThreadCannotStartIsOverAtOnce() {
    try (var runtime = new RuntimeContext()) {
      var context = new ServerContext(AlteredSettings.of(), new Telemetry(), runtime);
      var drains = new Drains(context, DrainsTest::refused);
      var acceptor =
          new Acceptor(context, 1, RunningServer.listeners(context), RunningServer.NOBODY);
      Drain drain = drains.startRolling("rolling", List.of(acceptor));
      assertThat(drain.result()).isCompletedExceptionally();
      assertThat(drains.underWay()).isEmpty();
    }
  }

  // ---- B16: connections that were given up

  /** A handler that goes on although it is forced. */
  private static final class Deaf extends TestHandler {
    final CountDownLatch inside = new CountDownLatch(1);
    final CountDownLatch release = new CountDownLatch(1);

    @Override
    public Next<String> handleData(ByteBuffer data, Socket socket, String state) {
      inside.countDown();
      while (release.getCount() > 0) {
        try {
          release.await();
        } catch (InterruptedException ignored) {
          // ignored on purpose
        }
      }
      return Next.close(state);
    }
  }

  @Test
  void b16DrainHearsOfAConnectionThatAnotherDrainHasGivenUp() throws Exception {
    var patient =
        RunningServer.settings()
            .with(Timeouts.DEFAULT.withDrain(Duration.ofSeconds(50), Duration.ofSeconds(50)));
    var deaf = new Deaf();
    try (var server = new RunningServer(patient, deaf)) {
      send(server.connect(), "x");
      deaf.inside.await();
      long id = server.node.connections().getFirst().id();
      Drain waits = server.node.drainConnection(id);
      server.await("is told", s -> waits.progress().phase() == Drain.Phase.ADVICE);
      server.node.configure(AlteredSettings.of("shutdownTimeout", Duration.ofMillis(20)));
      var gaveUp = server.node.drainConnection(id).result().get(20, TimeUnit.SECONDS);
      assertThat(gaveUp.lingering()).hasSize(1);
      assertThat(waits.result().get(20, TimeUnit.SECONDS).took())
          .isLessThan(Duration.ofSeconds(50));
    } finally {
      deaf.release.countDown();
    }
  }

  // ---- B19: the cost of a look

  /** Connections depart all the time, and each look takes a millisecond. */
  @Test
  void b19DrainLooksAFifthOfTheTimeAtMost() throws Exception {
    var departures = new Departures();
    var over = new AtomicBoolean();
    Thread departing =
        Thread.ofPlatform()
            .start(
                () -> {
                  while (!over.get()) {
                    departures.tell();
                    Thread.yield();
                  }
                });
    long look = TimeUnit.MILLISECONDS.toNanos(1);
    long all = 500 * look;
    var looks = new AtomicInteger();
    try {
      boolean nobody =
          departures.await(
              () -> {
                looks.incrementAndGet();
                for (long began = System.nanoTime(); System.nanoTime() - began < look; ) {
                  Thread.onSpinWait();
                }
                return false;
              },
              System.nanoTime() + all,
              () -> false);
      assertThat(nobody).isFalse();
    } finally {
      over.set(true);
      departing.join();
    }
    assertThat(looks.get()).isLessThanOrEqualTo(500 / 5 + 2); // one more look at each end
  }

  @Test
  void s5WaitIsOverAtItsDeadlineThoughSomebodyDepartsAllTheTime() throws Exception {
    var departures = new Departures();
    BooleanSupplier lookDuringDeparture =
        () -> {
          departures.tell();
          return false;
        };
    var nobodyLeft = new CompletableFuture<Boolean>();
    Thread unused =
        Thread.ofPlatform() // no interrupt would end it
            .daemon()
            .start(
                () -> {
                  long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(50);
                  nobodyLeft.complete(departures.await(lookDuringDeparture, deadline, () -> false));
                });
    assertThat(nobodyLeft.get(20, TimeUnit.SECONDS)).isFalse();
  }
}
