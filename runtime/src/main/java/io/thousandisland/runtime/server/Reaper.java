// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.server;

import io.thousandisland.runtime.connection.Connection;
import io.thousandisland.runtime.connection.Pace;
import io.thousandisland.runtime.settings.PaceSettings;
import io.thousandisland.runtime.settings.Timeouts;
import io.thousandisland.runtime.shared.ServerContext;
import io.thousandisland.server.Drained;
import io.thousandisland.telemetry.TelemetryEvent;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The watch that ends connections which are too old, silent or too slow. It looks at all open
 * connections now and then, from outside, so that a connection pays nothing for it.
 *
 * <p>While all its settings are at their defaults there is no thread, and nothing is looked at.
 *
 * <p>Thread: a platform thread of its own, so that handlers which keep every carrier busy cannot
 * stop it, nor a handler that hangs when it is obtained (the server's own thread waits for that).
 * Any thread may call {@link #settingsChanged} and {@link #stop}.
 */
final class Reaper {

  /** Looks in the shortest of the times that are to be noticed. */
  private static final int LOOKS = 10;

  private static final Duration SHORTEST = Duration.ofMillis(10);
  private static final Duration LONGEST = Duration.ofSeconds(1);

  /** A look that comes after so many times its interval is late. */
  private static final int LATE = 4;

  private final ServerContext context;
  private final Consumer<Consumer<Connection>> connections;

  /** Null while nothing is to be looked at. Guarded by this. */
  private @Nullable Thread thread;

  /** Guarded by this. */
  private boolean stopped;

  /** The number of the last look; the reaper's thread's, one thread after the other. */
  private long looks;

  /** Whether a failure of a look was reported; as {@link #looks}. */
  private boolean told;

  /**
   * @param connections shows each open connection, lingering ones included, to its argument
   */
  Reaper(ServerContext context, Consumer<Consumer<Connection>> connections) {
    this.context = context;
    this.connections = connections;
  }

  /** Begins to look when the settings ask for it, or looks as often as they ask for now. */
  synchronized void settingsChanged() {
    Thread now = thread;
    if (now != null) {
      LockSupport.unpark(now);
    } else if (!stopped && isNeeded(context.settings().pace())) {
      now =
          Thread.ofPlatform()
              .daemon()
              .name(context.name() + " reaper")
              .inheritInheritableThreadLocals(false)
              .unstarted(this::run);
      now.start();
      thread =
          now; // after the start, which fails when there is no memory: then the next call tries
    }
  }

  /** Looks no more. All connections have ended, or were given up. */
  synchronized void stop() {
    stopped = true;
    LockSupport.unpark(thread);
  }

  private static boolean isNeeded(PaceSettings pace) {
    return pace.hasAge() || pace.hasFirstByte() || pace.hasRate();
  }

  private void run() {
    looks++; // the number that no look has shows that there was a pause
    boolean unfinished = false;
    long last = context.sweeper.now();
    while (goesOn(unfinished)) {
      PaceSettings pace = context.settings().pace();
      Timeouts timeouts = context.settings().timeouts();
      long interval = interval(pace, timeouts);
      long now = context.sweeper.now();
      boolean late = now - last > LATE * interval;
      last = now;
      var look = new Pace.Look(++looks, now, late, pace, timeouts, this::givenUp);
      connections.accept(connection -> look(connection, look));
      unfinished = look.isUnfinished();
      LockSupport.parkNanos(this, interval);
    }
  }

  /** False when the thread is to end. Another thread may have begun then. */
  private synchronized boolean goesOn(boolean unfinished) {
    if (!stopped && (unfinished || isNeeded(context.settings().pace()))) {
      return true;
    }
    thread = null;
    return false;
  }

  /** Looks at one connection. Whatever goes wrong there, the others are looked at. */
  private void look(Connection connection, Pace.Look look) {
    try {
      connection.look(look);
    } catch (Throwable bug) { // or no memory
      if (!told) {
        told = true;
        Thread mine = Thread.currentThread();
        mine.getUncaughtExceptionHandler().uncaughtException(mine, bug);
      }
    }
  }

  /** The time between two looks. */
  static long interval(PaceSettings pace, Timeouts timeouts) {
    Duration shortest =
        Stream.of(
                pace.maxAge(),
                pace.firstByte(),
                pace.hasRate() ? pace.rateWindow() : pace.firstByte(),
                timeouts.drain(),
                timeouts.shutdown())
            .filter(Duration::isPositive)
            .min(Duration::compareTo)
            .orElse(LONGEST)
            .dividedBy(LOOKS);
    return Math.clamp(
        shortest.compareTo(LONGEST) > 0 ? LONGEST.toNanos() : shortest.toNanos(),
        SHORTEST.toNanos(),
        LONGEST.toNanos());
  }

  /** A handler keeps the thread of a connection that had to go. */
  private void givenUp(Connection connection, Duration took) {
    var result = new Drained(0, 0, 1, List.of(connection.threadName()), took);
    context.emit(
        () ->
            new TelemetryEvent.DrainEnded(context.name(), "connection " + connection.id(), result));
  }
}
