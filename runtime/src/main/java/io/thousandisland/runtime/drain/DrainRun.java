package io.thousandisland.runtime.drain;

import io.thousandisland.runtime.connection.Connection;
import io.thousandisland.runtime.settings.Timeouts;
import io.thousandisland.runtime.signals.Departures;
import io.thousandisland.runtime.signals.Uninterruptibly;
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
import org.jspecify.annotations.Nullable;

/**
 * A drain that ends a set of connections, all in parallel under one deadline: migration where it is
 * wanted, then advice, then shutdown, then force. Its time counts from when it was made.
 *
 * <p>Thread: {@link #run} is called once, by any thread, and blocks; connections react on their own
 * threads. The rest by any.
 */
public final class DrainRun implements Drain {

  private final String what;
  private final DrainTarget these;
  private final Timeouts timeouts;
  private final Departures departures;
  private final CompletableFuture<Drained> result = new CompletableFuture<>();
  private final long began;

  // the running thread's
  private final Set<Connection> seen = new HashSet<>();

  // written by the running thread, read by watching threads
  private volatile Phase phase;
  private volatile int known;

  /** The last phase that was cut short; maybe before it began. */
  private volatile @Nullable Phase cut;

  public DrainRun(String what, DrainTarget these, Timeouts timeouts, Departures departures) {
    this(what, these, timeouts, departures, System.nanoTime());
  }

  /**
   * @param began the point that its time counts from, a {@link System#nanoTime}
   */
  public DrainRun(
      String what, DrainTarget these, Timeouts timeouts, Departures departures, long began) {
    this.began = began;
    this.what = what;
    this.these = these;
    this.timeouts = timeouts;
    this.departures = departures;
    this.phase = these.mayMigrate() ? Phase.MIGRATION : Phase.ADVICE;
  }

  /** Runs to the end and returns the result. */
  public Drained run() {
    Drained drained = drained();
    phase = Phase.OVER;
    return drained;
  }

  private Drained drained() {
    long advised = began + timeouts.drain().toNanos();
    if (these.mayMigrate() && allGo(Phase.MIGRATION, migrationUntil(), Connection::migrate)) {
      return report(List.of(), List.of());
    }
    if (timeouts.drain().isPositive() && allGo(Phase.ADVICE, advised, these.advice())) {
      return report(List.of(), List.of());
    }
    // counted from the end of the advice: time spent before the run is the drain's own
    long told = Math.min(System.nanoTime(), advised);
    long shutdown = told + timeouts.shutdown().toNanos();
    if (allGo(Phase.SHUTDOWN, shutdown, Connection::shutdown)) {
      return report(List.of(), List.of());
    }
    return force();
  }

  /**
   * The end of the time to leave a generation: one second, or half of the whole drain if that is
   * shorter. A connection that is in one callback all the time is then advised, and may still leave
   * when the callback returns.
   */
  private long migrationUntil() {
    long half = timeouts.wholeDrain().toNanos() / 2;
    return began + Math.min(half, Duration.ofSeconds(1).toNanos());
  }

  /**
   * Tells every connection once, and waits until all have gone, time is up or the phase was cut.
   */
  private boolean allGo(Phase now, long deadline, Consumer<Connection> how) {
    phase = now;
    var told = new HashSet<Connection>();
    return departures.await(() -> tell(told, how).isEmpty(), deadline, () -> isCut(now));
  }

  private boolean isCut(Phase now) {
    Phase last = cut;
    return last != null && last.compareTo(now) >= 0;
  }

  private Collection<Connection> tell(Set<Connection> told, Consumer<Connection> how) {
    List<Connection> left = List.copyOf(these.left().get());
    for (Connection connection : left) {
      if (told.add(connection)) {
        seen.add(connection);
        how.accept(connection);
      }
    }
    known = seen.size();
    return left;
  }

  private Drained force() {
    phase = Phase.FORCE;
    Collection<Connection> left = tell(new HashSet<>(), connection -> {});
    return report(left, force(left, timeouts));
  }

  /**
   * Closes connections by force, and gives up connections whose threads ignore it.
   *
   * @return the names of the connections given up
   */
  static List<String> force(Collection<Connection> left, Timeouts timeouts) {
    left.forEach(Connection::force);
    long given = Uninterruptibly.in(grace(timeouts));
    var lingering = new ArrayList<String>();
    for (Connection connection : left) {
      if (!connection.awaitOver(given)) {
        connection.abandon();
        lingering.add(connection.threadName());
      }
    }
    return lingering;
  }

  /**
   * The time that threads have to notice a close by force: a twentieth of the shutdown timeout, at
   * least 20 ms and at most 500 ms. So all is over within 1.2 times that timeout.
   */
  private static Duration grace(Timeouts timeouts) {
    return Duration.ofMillis(Math.clamp(timeouts.shutdown().toMillis() / 20, 20, 500));
  }

  private Drained report(Collection<Connection> forced, List<String> lingering) {
    int migrated = (int) seen.stream().filter(these.migrated()).count();
    int graceful = seen.size() - migrated - forced.size();
    return new Drained(migrated, graceful, forced.size(), lingering, elapsed());
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
    int remaining = now == Phase.OVER ? 0 : these.left().get().size();
    return new Progress(now, remaining, Math.max(0, known - remaining), elapsed());
  }

  @Override
  public void cutShort() {
    cut = phase;
    departures.tell();
  }

  @Override
  public CompletableFuture<Drained> result() {
    return result;
  }
}
