// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.connection;

import io.thousandisland.handler.Handler;
import io.thousandisland.handler.MigrationDeclinedException;
import io.thousandisland.handler.Next;
import io.thousandisland.runtime.handlers.ContextLoader;
import io.thousandisland.runtime.handlers.Generation;
import io.thousandisland.runtime.handlers.Snapshot;
import io.thousandisland.runtime.settings.Timeouts;
import io.thousandisland.runtime.shared.ServerContext;
import io.thousandisland.runtime.signals.Alarm;
import io.thousandisland.telemetry.TelemetryEvent;
import java.time.Duration;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * A connection's move from one generation to another, at a callback boundary.
 *
 * <pre>
 *             depart                        depart
 *   IN THE    ──────▶  IN THE NEXT   or     ──────▶  WITHOUT A HANDLER   arrive
 *   OLD ONE            (it is there)                 (it is not)        ──────▶  IN THE NEXT
 *      │ declined: stays, and is drained                  │ nobody came, or declined: closed
 * </pre>
 *
 * <p>Thread: the connection's own, except {@link #hasDeclined}.
 */
public final class Migration {

  private final ServerContext context;
  private final Host connection;
  private final Lease lease;
  private final ConnectionSocket socket;
  private final TerminalCallback terminalCallback;

  /** The state taken along; not null while the connection is without a handler. */
  private @Nullable Snapshot snapshot;

  private boolean left;

  /**
   * The generation that the connection could not leave. Written by the own thread; read by drains.
   */
  private volatile @Nullable Generation declined;

  Migration(
      Host connection, Lease lease, ConnectionSocket socket, TerminalCallback terminalCallback) {
    this.context = connection.context();
    this.connection = connection;
    this.lease = lease;
    this.socket = socket;
    this.terminalCallback = terminalCallback;
  }

  /** Whether a generation was left since the last call. */
  boolean hasLeft() {
    boolean news = left;
    left = false;
    return news;
  }

  /** True while the connection is without a handler. */
  boolean underWay() {
    return snapshot != null;
  }

  /** True when the connection was asked to leave {@code one} and could not. Any thread. */
  boolean hasDeclined(Generation one) {
    return declined == one;
  }

  /**
   * Leaves a generation that is closed.
   *
   * @param ahead whether to leave it though it is open: other connections go on there
   * @return the next handler's answer; null when the connection is without a handler now ({@link
   *     #underWay}), or stays where it is
   */
  @Nullable Next<@Nullable Object> depart(@Nullable Object state, boolean ahead) {
    Generation mine = lease.generation();
    if (mine == null || !(mine.isClosed() || ahead)) {
      return null; // asked for the sake of a generation that we have left already
    }
    Generation culprit = mine;
    try {
      socket.out().callbackBegins(false);
      Snapshot taken = Snapshot.of(mine, lease.handler(), socket, state);
      Generation next = lease.enterNext();
      if (next != null) {
        culprit = next;
        return enter(next, taken);
      }
      taken.requireHeir(null, mine.doClassesStay());
      snapshot = taken;
      if (ahead) {
        lease.leaveForGood();
      } else {
        lease.release();
      }
      settleIn();
    } catch (Throwable why) { // whatever it is: the connection stays, and finishes there
      terminalCallback.answered();
      tellDeclined(culprit, why);
      declined = mine;
      context.departures.tell();
      connection.retire(mine);
    }
    return null;
  }

  private Next<@Nullable Object> enter(Generation entered, Snapshot snapshot) throws Exception {
    Next<@Nullable Object> answer;
    try {
      answer = restore(snapshot, entered);
    } catch (Throwable declined) {
      lease.stay();
      throw declined;
    }
    lease.move();
    settleIn();
    arrived(snapshot, entered);
    return answer;
  }

  /**
   * Waits for the next handler, and goes on with it.
   *
   * @return the handler's answer; null when no handler came in time, or it declined: the connection
   *     is to end
   * @throws Exception when the next handler failed: that handler is to hear of the end
   */
  @Nullable Next<@Nullable Object> arrive() throws Exception {
    Snapshot taken = snapshot;
    Generation next = lease.acquire();
    if (taken == null || next == null) {
      return null;
    }
    snapshot = null;
    try {
      Next<@Nullable Object> answer = restore(taken, next);
      arrived(taken, next);
      return answer;
    } catch (MigrationDeclinedException why) { // the handler that could have finished has left
      terminalCallback.answered();
      tellDeclined(next, why);
      lease.release();
      return null;
    } catch (Throwable why) {
      tellDeclined(next, why);
      throw why;
    }
  }

  /**
   * Calls the next handler's importState under a time limit: a connection must not wait in it
   * unseen.
   */
  private Next<@Nullable Object> restore(Snapshot snapshot, Generation next) throws Exception {
    Duration limit = context.settings().timeouts().handshake();
    Runnable tooLong =
        () -> {
          tellDeclined(
              next,
              new TimeoutException(
                  "importState did not return within "
                      + Timeouts.text(limit)
                      + " (handshakeTimeout)"));
          connection.force();
        };
    String label = connection.threadName() + " importState limit";
    long at = context.sweeper.in(limit);
    Alarm alarm = Alarm.at(at, context.sweeper, label, tooLong);
    try {
      terminalCallback.calling("importState");
      socket.out().callbackBegins(false);
      Handler<@Nullable Object> handler = next.handler();
      ContextLoader.of(handler); // if it declines, the old handler's is set at its next callback
      return snapshot.restore(handler, socket);
    } finally {
      alarm.cancel();
    }
  }

  /** Leaves behind the messages of the old bundle's types. */
  private void settleIn() {
    left = true;
    declined = null;
    connection.moved();
    socket.dropForeignMessages();
  }

  private void arrived(Snapshot snapshot, Generation there) {
    if (snapshot.from() == there.number()) {
      return; // the move was put off
    }
    var waited = Duration.ofNanos(System.nanoTime() - snapshot.takenAt());
    connection.emit(
        () ->
            new TelemetryEvent.ConnectionMigrated(
                connection.span(), snapshot.from(), there.number(), waited));
  }

  private void tellDeclined(Generation by, Throwable why) {
    context.emit(() -> new TelemetryEvent.MigrationDeclined(connection.span(), by.number(), why));
  }
}
