// SPDX-License-Identifier: Apache-2.0
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
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A drain that ends a set of connections, all in parallel under one deadline: migration where it is
 * wanted, then advice, then shutdown, then force. Its time counts from when it was made.
 *
 * <p>Advice and migration may be spread over a window, evenly and in random order, so that the
 * peers do not all connect elsewhere in the same moment. A drain of a server may begin as a lame
 * duck.
 *
 * <p>Thread: {@link #run} is called once, by any thread, and blocks; connections react on their own
 * threads. The rest by any.
 */
public final class DrainRun implements Drain {

  /** The time between two looks at whose turn it is. */
  private static final Duration TURN = Duration.ofMillis(20);

  /** The longest time to leave a generation, for a connection that is asked to. */
  private static final Duration LONGEST_TO_LEAVE = Duration.ofSeconds(1);

  private final String what;
  private final DrainTarget these;
  private final Timeouts timeouts;
  private final Departures departures;
  private final Duration spread;
  private final CompletableFuture<Drained> result = new CompletableFuture<>();
  private final long began;

  // the running thread's

  /** When its timeouts begin to count; set before the phases. */
  private long leavingSince;

  private final Set<Connection> seen = new HashSet<>();

  // written by the running thread, read by watching threads
  private volatile Phase phase;
  private volatile int known;

  /** The end of the lame duck phase, a {@link System#nanoTime}. Written under the lock of this. */
  private volatile long leaveAt;

  /** The last phase that was cut short; maybe before it began. Guarded by this for writes. */
  private volatile @Nullable Phase cut;

  public DrainRun(String what, DrainTarget these, Timeouts timeouts, Departures departures) {
    this(what, these, timeouts, departures, System.nanoTime());
  }

  /**
   * @param began the point that its time counts from, a {@link System#nanoTime}
   */
  public DrainRun(
      String what, DrainTarget these, Timeouts timeouts, Departures departures, long began) {
    this(what, these, timeouts, departures, began, Duration.ZERO);
  }

  /**
   * @param spread the window of advice and migration; at most the drain timeout
   */
  DrainRun(
      String what,
      DrainTarget these,
      Timeouts timeouts,
      Departures departures,
      long began,
      Duration spread) {
    this.began = began;
    this.leavingSince = began;
    this.leaveAt = began;
    this.spread = spread.compareTo(timeouts.drain()) > 0 ? timeouts.drain() : spread;
    this.what = what;
    this.these = these;
    this.timeouts = timeouts;
    this.departures = departures;
    this.phase = these.mayMigrate() ? Phase.MIGRATION : Phase.ADVICE;
  }

  /**
   * Waits as a lame duck, before {@link #run}. Returns when the delay is over or the phase was cut
   * short. The other timeouts count from then.
   */
  void waitAsLameDuck() {
    while (!isCut(Phase.LAME_DUCK) && leaveAt - System.nanoTime() > 0) {
      long until = leaveAt;
      boolean unused =
          departures.await(() -> leaveAt != until, until, () -> isCut(Phase.LAME_DUCK));
    }
    leavingSince = System.nanoTime();
  }

  /** The lame duck phase ends {@code delay} from now at the latest. Any thread. */
  public void shortenLameDuck(Duration delay) {
    synchronized (this) {
      long end = System.nanoTime() + delay.toNanos();
      if (end - leaveAt < 0) {
        leaveAt = end;
      }
    }
    departures.tell();
  }

  /** It will begin as a lame duck, for {@code delay}. Called before it starts. */
  synchronized void beginsAsLameDuck(Duration delay) {
    leaveAt = began + delay.toNanos();
    phase = Phase.LAME_DUCK;
  }

  /** Runs to the end and returns the result. */
  public Drained run() {
    Drained drained = drained();
    phase = Phase.OVER;
    return drained;
  }

  private Drained drained() {
    long advised = leavingSince + timeouts.drain().toNanos();
    Duration window = spread;
    if (these.mayMigrate()) {
      if (allGo(Phase.MIGRATION, migrationUntil(), Connection::migrate, migrationSpread())) {
        return report(List.of(), List.of());
      }
      window = Duration.ZERO; // these few were asked in their turn already
    }
    if (timeouts.drain().isPositive() && allGo(Phase.ADVICE, advised, these.advice(), window)) {
      return report(List.of(), List.of());
    }
    // counted from the end of the advice: time spent before the run is the drain's own
    long told = Math.min(System.nanoTime(), advised);
    long shutdown = told + timeouts.shutdown().toNanos();
    if (allGo(Phase.SHUTDOWN, shutdown, Connection::shutdown, Duration.ZERO)) {
      return report(List.of(), List.of());
    }
    return force();
  }

  /**
   * The end of the time to leave a generation: one second after the last connection was asked, or
   * half of the whole drain if that is shorter. A connection that is in one callback all the time
   * is then advised, and may still leave when the callback returns.
   */
  private long migrationUntil() {
    return leavingSince + migrationSpread().plus(toLeave()).toNanos();
  }

  /** The time to leave a generation, for the connection that is asked last. */
  private Duration toLeave() {
    Duration half = timeouts.wholeDrain().dividedBy(2);
    return half.compareTo(LONGEST_TO_LEAVE) < 0 ? half : LONGEST_TO_LEAVE;
  }

  /** As much of the spread as leaves the last connection its time within the drain timeout. */
  private Duration migrationSpread() {
    Duration most = timeouts.drain().minus(toLeave());
    if (most.isNegative()) {
      return Duration.ZERO;
    }
    return spread.compareTo(most) < 0 ? spread : most;
  }

  /**
   * Tells every connection once, and waits until all have gone, time is up or the phase was cut.
   */
  private boolean allGo(Phase now, long deadline, Consumer<Connection> how, Duration window) {
    phase = now;
    var told = new HashSet<Connection>();
    for (; ; ) {
      try {
        long inTurn = Math.min(window.toNanos(), deadline - System.nanoTime());
        if (inTurn > 0 && allGoInTurn(now, told, how, inTurn)) {
          return true;
        }
        return departures.await(() -> tell(told, how).isEmpty(), deadline, () -> isCut(now));
      } catch (OutOfMemoryError noMemory) { // the connections are not to pay for it
        if (deadline - System.nanoTime() <= 0) {
          return false;
        }
        LockSupport.parkNanos(TURN.toNanos());
      }
    }
  }

  /**
   * Tells one connection after the other, over {@code window} nanoseconds. Connections that come
   * meanwhile are told at once: they would have less time otherwise. Returns early when all have
   * gone, or the phase was cut; then the rest is still to be told.
   */
  private boolean allGoInTurn(
      Phase now, Set<Connection> told, Consumer<Connection> how, long window) {
    List<Connection> inTurn = new ArrayList<>(these.left().get());
    Collections.shuffle(inTurn);
    seen.addAll(inTurn);
    told.addAll(inTurn); // so that a look tells only others
    long start = System.nanoTime();
    int next = 0;
    while (next < inTurn.size() && !isCut(now)) {
      double share = (double) (System.nanoTime() - start) / window;
      int due = (int) Math.ceil(Math.min(share, 1) * inTurn.size());
      for (; next < due; next++) {
        how.accept(inTurn.get(next));
      }
      long until = System.nanoTime() + TURN.toNanos();
      if (departures.await(() -> tell(told, how).isEmpty(), until, () -> isCut(now))) {
        return true;
      }
    }
    inTurn.subList(next, inTurn.size()).forEach(told::remove);
    return false;
  }

  private boolean isCut(Phase now) {
    Phase last = cut;
    return last != null && last.compareTo(now) >= 0;
  }

  private Collection<Connection> tell(Set<Connection> told, Consumer<Connection> how) {
    List<Connection> left = List.copyOf(these.left().get());
    for (Connection connection : left) {
      if (!told.contains(connection)) {
        seen.add(connection);
        how.accept(connection);
        told.add(connection); // last: without memory it is told again
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
   * Closes connections by force, and gives up connections whose threads ignore it. Their grace
   * begins when threads get a processor: under a high load, a thread that waits for one ignores
   * nothing.
   *
   * @return the names of the connections given up
   */
  static List<String> force(Collection<Connection> left, Timeouts timeouts) {
    if (left.isEmpty()) {
      return List.of(); // nobody need wait for a processor: others may be waiting for this one
    }
    left.forEach(Connection::force);
    Uninterruptibly.letReadyThreadsRun(timeouts.untilGrace());
    long given = Uninterruptibly.in(timeouts.grace());
    var lingering = new ArrayList<String>();
    for (Connection connection : left) {
      if (!connection.awaitOver(given)) {
        connection.abandon();
        lingering.add(connection.threadName());
      }
    }
    return lingering;
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
    synchronized (this) {
      cut = phase;
    }
    departures.tell();
  }

  @Override
  public CompletableFuture<Drained> result() {
    return result;
  }
}
