package io.thousandisland.runtime.server;

import io.thousandisland.handler.Next;
import io.thousandisland.telemetry.TelemetryEvent;
import java.time.Duration;
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
 * <p>Thread: the connection's own.
 */
final class Migration {

  private final ServerContext context;
  private final Connection connection;
  private final Lease lease;
  private final ConnectionSocket socket;

  /** What was taken along; not null while the connection is without a handler. */
  private @Nullable Snapshot luggage;

  private boolean left;

  Migration(ServerContext context, Connection connection, Lease lease, ConnectionSocket socket) {
    this.context = context;
    this.connection = connection;
    this.lease = lease;
    this.socket = socket;
  }

  /** Whether a generation was left since this was last asked. */
  boolean hasLeft() {
    boolean news = left;
    left = false;
    return news;
  }

  /** True while the connection is without a handler. */
  boolean underWay() {
    return luggage != null;
  }

  /**
   * Leaves a generation that is closed.
   *
   * @return the next handler's answer; null when the connection is without a handler now ({@link
   *     #underWay}), or stays where it is
   */
  @Nullable Next<@Nullable Object> depart(@Nullable Object state) {
    Generation mine = lease.generation();
    if (mine == null || !mine.isClosed()) {
      return null; // asked for the sake of a generation that we have left already
    }
    try {
      Snapshot snapshot = Snapshot.of(mine, lease.handler(), socket, state);
      Generation next = lease.enterNext();
      if (next != null) {
        return enter(next, snapshot);
      }
      luggage = snapshot;
      lease.release();
      settleIn();
    } catch (Throwable why) { // whatever it is: the connection stays, and finishes there
      declined(mine, why);
      connection.retire(mine);
    }
    return null;
  }

  private Next<@Nullable Object> enter(Generation entered, Snapshot snapshot) throws Exception {
    Next<@Nullable Object> answer;
    try {
      answer = snapshot.restore(entered.handler(), socket);
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
   * @return its answer; null when nobody came in time, or it declined: the connection is to end
   */
  @Nullable Next<@Nullable Object> arrive() {
    Snapshot snapshot = luggage;
    Generation next = lease.acquire();
    if (snapshot == null || next == null) {
      return null;
    }
    try {
      Next<@Nullable Object> answer = snapshot.restore(next.handler(), socket);
      luggage = null;
      arrived(snapshot, next);
      return answer;
    } catch (Throwable why) { // the one that could have finished it has left
      declined(next, why);
      lease.release();
      return null;
    }
  }

  /** Leaves behind what belongs to the old bundle: messages of its types. */
  private void settleIn() {
    left = true;
    connection.moved();
    socket.dropForeignMessages();
  }

  private void arrived(Snapshot snapshot, Generation there) {
    var waited = Duration.ofNanos(System.nanoTime() - snapshot.takenAt());
    connection.emit(
        () ->
            new TelemetryEvent.ConnectionMigrated(
                connection.span(), snapshot.from(), there.number(), waited));
  }

  private void declined(Generation by, Throwable why) {
    context.emit(() -> new TelemetryEvent.MigrationDeclined(connection.span(), by.number(), why));
  }
}
