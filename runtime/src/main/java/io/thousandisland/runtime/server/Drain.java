package io.thousandisland.runtime.server;

import io.thousandisland.server.Drained;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Ends a set of connections, all in parallel under one deadline: advice, then shutdown, then force.
 *
 * <p>Thread: whoever calls {@link #run}, and it blocks. Connections hear it on their own threads.
 */
final class Drain {

  /**
   * How long threads have to notice that they were closed by force, as part of the shutdown
   * timeout: a twentieth, at least 20 ms and at most 500 ms. The server is down within 1.2 times
   * that timeout.
   */
  private static Duration grace(Duration shutdownTimeout) {
    long millis = Math.clamp(shutdownTimeout.toMillis() / 20, 20, 500);
    return Duration.ofMillis(millis);
  }

  private final Supplier<Collection<Connection>> live;
  private final Duration drainTimeout;
  private final Duration shutdownTimeout;
  private final Set<Connection> seen = new HashSet<>();

  /**
   * @param live looked at again until it is empty, so that late arrivals are not missed
   */
  Drain(Supplier<Collection<Connection>> live, Duration drainTimeout, Duration shutdownTimeout) {
    this.live = live;
    this.drainTimeout = drainTimeout;
    this.shutdownTimeout = shutdownTimeout;
  }

  /** Runs the drain to its end and says what came of it. */
  Drained run() {
    long began = System.nanoTime();
    long advised = began + drainTimeout.toNanos();
    long shutdown = advised + shutdownTimeout.toNanos();
    if (drainTimeout.isPositive() && allEnd(advised, Connection::drain)) {
      return new Drained(seen.size(), 0, List.of(), since(began));
    }
    if (allEnd(shutdown, Connection::shutdown)) {
      return new Drained(seen.size(), 0, List.of(), since(began));
    }
    List<Connection> left = List.copyOf(live.get());
    left.forEach(Connection::force);
    long given = System.nanoTime() + grace(shutdownTimeout).toNanos();
    var lingering = new ArrayList<String>();
    for (Connection connection : left) {
      if (!connection.joinUntil(given)) {
        connection.abandon();
        lingering.add(connection.threadName());
      }
    }
    seen.addAll(left);
    return new Drained(seen.size() - left.size(), left.size(), lingering, since(began));
  }

  /** Tells every connection, and waits until all have ended or {@code deadline} has passed. */
  private boolean allEnd(long deadline, Consumer<Connection> tell) {
    for (; ; ) {
      Collection<Connection> now = List.copyOf(live.get());
      if (now.isEmpty()) {
        return true;
      }
      seen.addAll(now);
      now.forEach(tell);
      for (Connection connection : now) {
        if (!connection.joinUntil(deadline)) {
          return false;
        }
      }
    }
  }

  private static Duration since(long began) {
    return Duration.ofNanos(System.nanoTime() - began);
  }
}
