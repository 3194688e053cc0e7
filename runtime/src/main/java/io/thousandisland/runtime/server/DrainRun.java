package io.thousandisland.runtime.server;

import io.thousandisland.server.Drain;
import io.thousandisland.server.Drained;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Ends a set of connections, all in parallel under one deadline: advice, then shutdown, then force.
 *
 * <p>Thread: whoever calls {@link #run}, once, and it blocks; connections hear it on their own
 * threads. The rest by any.
 */
final class DrainRun implements Drain {

  private final String what;
  private final Supplier<Collection<Connection>> live;
  private final Duration drainTimeout;
  private final Duration shutdownTimeout;
  private final CompletableFuture<Drained> result = new CompletableFuture<>();
  private final long began = System.nanoTime();

  // the running thread's
  private final Set<Connection> seen = new HashSet<>();

  // written by the running thread, read by who watches
  private volatile Phase phase = Phase.ADVICE;
  private volatile int known;
  private volatile @Nullable Thread runner;

  /** Set by who cuts the phase short, cleared when the next one begins. */
  private volatile boolean cut;

  /**
   * @param live looked at again until it is empty, so that late arrivals are not missed
   */
  DrainRun(
      String what,
      Supplier<Collection<Connection>> live,
      Duration drainTimeout,
      Duration shutdownTimeout) {
    this.what = what;
    this.live = live;
    this.drainTimeout = drainTimeout;
    this.shutdownTimeout = shutdownTimeout;
  }

  /** Runs to the end and says what came of it. */
  Drained run() {
    runner = Thread.currentThread();
    Drained drained = drained();
    phase = Phase.OVER;
    return drained;
  }

  private Drained drained() {
    long advised = System.nanoTime() + drainTimeout.toNanos();
    if (drainTimeout.isPositive() && allEnd(Phase.ADVICE, advised, Connection::drain)) {
      return report(List.of(), List.of());
    }
    long shutdown = System.nanoTime() + shutdownTimeout.toNanos();
    if (allEnd(Phase.SHUTDOWN, shutdown, Connection::shutdown)) {
      return report(List.of(), List.of());
    }
    return force();
  }

  private Drained force() {
    phase = Phase.FORCE;
    List<Connection> left = List.copyOf(live.get());
    left.forEach(Connection::force);
    long given = System.nanoTime() + grace().toNanos();
    var lingering = new ArrayList<String>();
    for (Connection connection : left) {
      if (!Joins.joinUntil(connection.thread(), given)) {
        connection.abandon();
        lingering.add(connection.thread().getName());
      }
    }
    seen.addAll(left);
    return report(left, lingering);
  }

  /**
   * How long threads have to notice that they were closed by force: a twentieth of the shutdown
   * timeout, at least 20 ms and at most 500 ms. So all is over within 1.2 times that timeout.
   */
  private Duration grace() {
    return Duration.ofMillis(Math.clamp(shutdownTimeout.toMillis() / 20, 20, 500));
  }

  /** Tells every connection, and waits until all have ended, time is up or the phase was cut. */
  private boolean allEnd(Phase now, long deadline, Consumer<Connection> tell) {
    phase = now;
    cut = false;
    for (; ; ) {
      Collection<Connection> left = List.copyOf(live.get());
      if (left.isEmpty()) {
        return true;
      }
      seen.addAll(left);
      known = seen.size();
      left.forEach(tell);
      for (Connection connection : left) {
        if (!Joins.joinUntil(connection.thread(), deadline, () -> cut)) {
          return false;
        }
      }
    }
  }

  private Drained report(List<Connection> forced, List<String> lingering) {
    return new Drained(seen.size() - forced.size(), forced.size(), lingering, elapsed());
  }

  private Duration elapsed() {
    return Duration.ofNanos(System.nanoTime() - began);
  }

  @Override
  public String what() {
    return what;
  }

  @Override
  public Progress progress() {
    Phase now = phase;
    int remaining = now == Phase.OVER ? 0 : live.get().size();
    return new Progress(now, remaining, Math.max(0, known - remaining), elapsed());
  }

  @Override
  public void cutShort() {
    cut = true;
    Thread waiting = runner;
    if (waiting != null) {
      waiting.interrupt(); // it waits for threads to end, and looks at the flag
    }
  }

  @Override
  public CompletableFuture<Drained> result() {
    return result;
  }
}
