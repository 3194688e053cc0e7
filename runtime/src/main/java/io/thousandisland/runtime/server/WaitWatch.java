// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.server;

import io.thousandisland.runtime.connection.Connection;
import io.thousandisland.runtime.listening.Listeners;
import io.thousandisland.runtime.shared.ServerContext;
import io.thousandisland.runtime.signals.DeadlineSweeper;
import io.thousandisland.runtime.signals.LifeThread;
import io.thousandisland.runtime.signals.Signals;
import io.thousandisland.telemetry.TelemetryEvent;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * The watch that tells when a server has waited for a handler or a transport for longer than the
 * handler wait. A handler that is updated, or a bundle that starts later, is back sooner.
 *
 * <pre>
 *              something is missing                handler wait is over
 *   COMPLETE  ─────────────────────▶  WAITING  ──────────────────────────▶  TOLD
 *      ▲                                 │                                   │
 *      └────────── nothing is missing ───┴───────────────────────────────────┘
 * </pre>
 *
 * <p>Thread: the server's own.
 */
final class WaitWatch {

  /** The interval of looks at connections that are about to end, so that they are counted. */
  private static final Duration TICK = Duration.ofMillis(20);

  private static final Duration SECOND = Duration.ofSeconds(1);

  private final ServerContext context;
  private final LifeThread life;
  private final AcceptorSupervisor acceptors;
  private final Listeners listeners;

  /** The reason for the wait; null when there is no wait. */
  private @Nullable String missing;

  /** When the wait began, in the sweeper's time; NEVER before. */
  private long since = Signals.NEVER;

  /** The wait that {@link #telling} is set for; null when none is. */
  private @Nullable Duration armed;

  private boolean told;

  private Future<?> telling = CompletableFuture.completedFuture(null);

  WaitWatch(
      ServerContext context, LifeThread life, AcceptorSupervisor acceptors, Listeners listeners) {
    this.context = context;
    this.life = life;
    this.acceptors = acceptors;
    this.listeners = listeners;
  }

  /**
   * The situation may have changed.
   *
   * @param nowMissing the reason why the server waits; null when it does not
   * @param timeCounts false while the previous handler is still leaving
   */
  void look(@Nullable String nowMissing, boolean timeCounts) {
    String before = missing;
    missing = nowMissing;
    if (nowMissing == null) {
      since = Signals.NEVER;
      armed = null;
      told = false;
      telling.cancel(false);
      tellOfTheLost(before);
    } else if (timeCounts && !told) {
      if (since == Signals.NEVER) {
        since = context.sweeper.now();
      }
      arm(context.settings().timeouts().handlerWait());
    }
  }

  /** Sets when to tell. The wait may change while it lasts. */
  private void arm(Duration wait) {
    if (!wait.equals(armed)) {
      armed = wait;
      telling.cancel(false);
      if (DeadlineSweeper.countable(wait)) {
        Duration over = Duration.ofNanos(context.sweeper.now() - since);
        telling = life.later(wait.minus(over), () -> tell(wait));
      }
    }
  }

  /**
   * Tells when the wait has had all its effects: the port closes, and connections need a moment to
   * notice that the wait is over.
   */
  private void tell(Duration wait) {
    String reason = missing;
    if (reason == null) {
      return;
    }
    if (listeners.address() != null) {
      telling = life.later(SECOND, () -> tell(wait));
    } else if (acceptors.live().stream().anyMatch(Connection::waitsForHandler)) {
      telling = life.later(TICK, () -> tell(wait));
    } else {
      told = true;
      emit(reason, wait, context.generations.takeUnserved());
    }
  }

  /** Tells of connections that were closed just before the missing service came. */
  private void tellOfTheLost(@Nullable String reason) {
    int closed = context.generations.takeUnserved();
    if (closed > 0) {
      Duration wait = context.settings().timeouts().handlerWait();
      emit(reason == null ? "no handler" : reason, wait, closed);
    }
  }

  private void emit(String reason, Duration wait, int closed) {
    context.emit(() -> new TelemetryEvent.WaitedInVain(context.name(), reason, wait, closed));
  }
}
