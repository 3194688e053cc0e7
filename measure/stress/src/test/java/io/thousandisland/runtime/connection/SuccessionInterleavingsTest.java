// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.connection;

import io.thousandisland.handler.Handler;
import io.thousandisland.runtime.handlers.Generation;
import io.thousandisland.runtime.handlers.Generations;
import io.thousandisland.runtime.handlers.HandlerBinding;
import io.thousandisland.runtime.server.Checks;
import io.thousandisland.runtime.settings.LimitSettings;
import io.thousandisland.runtime.settings.ServerSettings;
import io.thousandisland.runtime.settings.Timeouts;
import io.thousandisland.runtime.shared.RuntimeContext;
import io.thousandisland.runtime.shared.ServerContext;
import io.thousandisland.runtime.shared.Telemetry;
import io.thousandisland.runtime.signals.DeadlineSweeper;
import io.thousandisland.runtime.signals.Signals;
import io.thousandisland.runtime.signals.UntimedDepartures;
import io.thousandisland.runtime.wire.Meanwhile;
import io.thousandisland.stress.Interleavings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Rules W3 and W5: a connection that moves while handlers come and leave. The thread that retires a
 * handler waits for the connection, but not without end, and then finds no callback in the handler.
 */
public class SuccessionInterleavingsTest {

  /** A connection that has nothing to do while it waits for a handler. */
  private static final class Nothing implements Meanwhile {
    @Override
    public int reasons() {
      return 0;
    }

    @Override
    public long deadline() {
      return Signals.NEVER;
    }

    @Override
    public void goOn() {}
  }

  public static class Model {
    private final DeadlineSweeper sweeper = new DeadlineSweeper(2);
    private final ServerContext context = context(sweeper);
    private final Signals signals = new Signals(sweeper);
    private final Lease lease = new Lease(context, signals, new Nothing());
    private final Generations generations = context.generations;
    private volatile boolean live = true;
    private volatile boolean started;

    private static ServerContext context(DeadlineSweeper sweeper) {
      var endless = new LimitSettings(10, LimitSettings.WhenReached.PARK);
      ServerSettings settings =
          ServerSettings.defaults("model").with(endless).with(patient(Timeouts.DEFAULT));
      return new ServerContext(
          settings, new Telemetry(), new RuntimeContext(sweeper), new UntimedDepartures());
    }

    private static Timeouts patient(Timeouts timeouts) {
      return timeouts.withHandlerWait(Duration.ofDays(100_000));
    }

    private @Nullable Generation serve(int service) {
      return generations.serve(
          new HandlerBinding(
              new HandlerBinding.Facts("h", "1", service, 0, false), new Handler<Object>() {}));
    }

    // ---- the connection's thread

    private @Nullable Generation acquire() {
      try {
        return lease.acquire();
      } catch (IOException e) { // there is nothing to do meanwhile that could fail
        throw new UncheckedIOException(e);
      }
    }

    public void begin() {
      signals.owner(Thread.currentThread());
      if (acquire() != null) {
        callback(lease.generation());
        started = true;
      }
    }

    /** Moves as Migration does. */
    public void move() {
      signals.owner(Thread.currentThread());
      Generation mine = lease.generation();
      if (!started || mine == null || !mine.isClosed()) {
        return;
      }
      Generation next = lease.enterNext();
      if (next != null) {
        callback(next); // importState
        lease.move();
      } else {
        lease.release();
        if (acquire() == null) {
          return;
        }
      }
      callback(lease.generation());
    }

    public void end() {
      live = false;
      context.departures.tell();
      lease.end();
    }

    /** Runs a callback, whose handler must be there from the beginning to the end. */
    private static void callback(@Nullable Generation in) {
      if (in == null) {
        throw new IllegalStateException("in no generation");
      }
      in.handler();
      in.handler();
    }

    // ---- the server's threads

    public void serveFirst() {
      serve(1);
    }

    public void serveSecond() {
      serve(2);
    }

    public void serveThird() {
      serve(3);
    }

    public void stopServing() {
      generations.serveNobody();
    }

    public void retireSecond() {
      retire(2);
    }

    public void retireFirst() {
      retire(1);
    }

    /** Retires as Succession and a drain do, when all connections leave of their own accord. */
    private void retire(int service) {
      List<Generation> leaving = generations.of(service);
      leaving.forEach(Generation::close);
      boolean all =
          context.departures.await(
              () -> !live || leaving.stream().noneMatch(lease::isIn),
              System.nanoTime() + TimeUnit.HOURS.toNanos(1),
              () -> false);
      Checks.that(all, "somebody stayed");
      generations.abandon(leaving);
    }

    public void holds() {
      generations.serveNobody();
      Checks.that(generations.infos().isEmpty(), "not ended: " + generations.infos());
    }
  }

  /** A first generation serves, and no connection is in it yet. */
  public static class Serving extends Model {
    public Serving() {
      serveFirst();
    }
  }

  /** A connection in the first generation, which the second follows. */
  public static class AboutToMove extends Model {
    public AboutToMove() {
      serveFirst();
      begin();
      serveSecond();
    }
  }

  @Test
  void w3NoCallbackRunsInTheNextGenerationOnceThatHasLeftToo() {
    Interleavings.of(AboutToMove.class)
        .thread("serveThird", "retireSecond")
        .thread("move", "move", "end")
        .explore();
  }

  @Test
  void w5NoConnectionIsLostWhenTheHandlerLeavesAndTheNextComesLater() {
    Interleavings.of(Model.class)
        .thread("serveFirst", "stopServing", "serveSecond")
        .thread("begin", "move", "end")
        .explore();
  }

  @Test
  void w2ConnectionThatWaitsForAHandlerHearsOfIt() {
    Interleavings.of(Model.class).thread("serveFirst").thread("begin", "end").explore();
  }

  @Test
  void w3RetiredGenerationIsEmptyWhenItsServiceIsLetGo() {
    Interleavings.of(Serving.class)
        .thread("serveSecond", "retireFirst")
        .thread("begin", "move", "end")
        .explore();
  }
}
