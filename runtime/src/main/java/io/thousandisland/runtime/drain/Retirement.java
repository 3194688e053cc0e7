// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.drain;

import io.thousandisland.runtime.connection.Connection;
import io.thousandisland.runtime.handlers.Generation;
import io.thousandisland.runtime.settings.Timeouts;
import io.thousandisland.runtime.signals.Departures;
import io.thousandisland.runtime.signals.Uninterruptibly;
import io.thousandisland.server.Drain;
import io.thousandisland.server.Drained;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The departure of a handler that has no successor yet, so its connections will have to wait
 * without a handler: stragglers leave first, then all other connections in one step.
 *
 * <p>A straggler is a connection that has been in one turn for longer than a moment, or that
 * declined to leave. While stragglers are advised, shut down and forced, the handler goes on
 * serving all other connections, and new ones: its code is intact until the unbind returns. When no
 * straggler is left, or their time is over, no handler serves, and all connections leave together.
 * If one of the connections turns out to be a straggler after all, the handler serves again and the
 * move is put off.
 *
 * <pre>
 *               calm, or time is over               all have left
 *   SERVING  ──────────────────────────▶  MOVING  ─────────────────▶  OVER
 *      ▲                                    │  │ time is over: force
 *      └──────── some have not left ────────┘  └─────────────────────▶
 * </pre>
 *
 * <p>Thread: {@link #run} runs once, on a thread of its own, and blocks; connections react on their
 * own threads. The rest by any.
 */
public final class Retirement implements Drain {

  /** The changes that a retirement makes on the server's own thread. */
  public interface Post {

    /** From now on no handler serves. False when another handler serves. */
    boolean vacate();

    /** The handler serves again. False when another handler does, or the server has ended. */
    boolean resume();
  }

  /**
   * The interval of looks at connections. A connection seen twice in one turn may be a straggler.
   */
  private static final Duration TICK = Duration.ofMillis(10);

  /**
   * The longest time that a try of the move may take. Healthy connections need a few milliseconds,
   * and never wait longer than this. Connections that needed longer leave ahead of the next try.
   */
  private static final Duration ONE_MOVE = Duration.ofMillis(50);

  /**
   * The number of looks when the time is over: new stragglers are forced while other connections
   * are still served, so the last move need not wait for the stragglers.
   */
  private static final int LAST_LOOKS = 8;

  /** The number of looks that find a connection in one turn before it counts as a straggler. */
  private static final int LOOKS = 4;

  /** The time for the last move after stuck connections were forced, before all are forced. */
  private static final Duration LAST_MOVE = Duration.ofMillis(500);

  /**
   * The turn that a connection was found in, the time of the first look that found it there (a
   * {@link System#nanoTime}), and the number of such looks. Looks count beside time: in a process
   * that got no processor for a moment, time alone would accuse every connection.
   */
  private record Seen(int turn, long since, int looks) {}

  private final String what;
  private final List<Generation> leaving;
  private final DrainTarget these;
  private final Timeouts timeouts;
  private final Departures departures;
  private final Post post;
  private final CompletableFuture<Drained> result = new CompletableFuture<>();
  private final long began = System.nanoTime();
  private final long advisedUntil;
  private final long shutdownUntil;

  // ---- the running thread's

  private Map<Connection, Seen> inOneTurn = new HashMap<>();

  /** The turns that connections were in when the move began. */
  private final Map<Connection, Integer> turns = new HashMap<>();

  private final Set<Connection> told = new HashSet<>();
  private final Set<Connection> advised = new HashSet<>();
  private final Set<Connection> shutDown = new HashSet<>();
  private final Set<Connection> forced = new HashSet<>();
  private final List<String> lingering = new ArrayList<>();

  // ---- written by the running thread, read by watching threads

  private volatile Phase phase = Phase.MIGRATION;
  private volatile @Nullable DrainRun rest;

  /**
   * The last phase that was cut short. Written by any thread, under the lock of this; read by any.
   */
  private volatile @Nullable Phase cut;

  /**
   * @param leaving generations of the handler that leaves; one of them serves
   * @param these their connections
   */
  Retirement(
      String what,
      List<Generation> leaving,
      DrainTarget these,
      Timeouts timeouts,
      Departures departures,
      Post post) {
    this.what = what;
    this.leaving = leaving;
    this.these = these;
    this.timeouts = timeouts;
    this.departures = departures;
    this.post = post;
    this.advisedUntil = began + timeouts.drain().toNanos();
    this.shutdownUntil = advisedUntil + timeouts.shutdown().toNanos();
  }

  /** Runs to the end and returns the result. */
  Drained run() {
    Drained drained = drained();
    phase = Phase.OVER;
    return drained;
  }

  private Drained drained() {
    for (; ; ) {
      awaitCalm();
      boolean last = shutdownIsOver();
      if (!post.vacate()) {
        return moveToSuccessor();
      }
      if (allMove()) {
        return report();
      }
      if (last) {
        force(stuck());
        if (!allEndOrMove()) {
          force(these.left().get());
        }
        return report();
      }
      stuck().forEach(this::sendAhead); // the next try will not meet them again
      if (!post.resume()) {
        return moveToSuccessor();
      }
    }
  }

  /**
   * Another handler serves already: connections that can move to it do so immediately, and all
   * other connections are drained.
   */
  private Drained moveToSuccessor() {
    var run = new DrainRun(what, these, timeouts, departures, began); // all at once: it is late
    rest = run;
    if (isCut(Phase.MIGRATION)) {
      run.cutShort();
    }
    return run.run();
  }

  // ---- the handler serves

  /**
   * Returns when no connection has been in one turn for longer than a tick. With a handler whose
   * callbacks all take longer, returns when a moment has passed and no connection has been in one
   * turn for longer than that. Also returns when the time for stragglers is over, or another
   * handler serves.
   */
  private void awaitCalm() {
    boolean first = true;
    int late = 0;
    while (!isCalm(first) && late < LAST_LOOKS && !isSucceeded()) {
      first = false;
      late += shutdownIsOver() ? 1 : 0;
      pause();
    }
  }

  /** True when another handler serves: that has closed the generations. */
  private boolean isSucceeded() {
    return leaving.stream().allMatch(Generation::isClosed);
  }

  /**
   * Waits for a whole tick, though connections depart meanwhile: two looks must lie apart to tell
   * anything.
   */
  private synchronized void pause() {
    Phase before = cut;
    boolean unused =
        Uninterruptibly.awaitUntil(this, () -> cut != before, System.nanoTime() + TICK.toNanos());
  }

  private boolean isCalm(boolean first) {
    long now = System.nanoTime();
    var seen = new HashMap<Connection, Seen>();
    var stragglers = new ArrayList<Connection>();
    boolean slow = false;
    for (Connection connection : these.left().get()) {
      int turn = connection.turn();
      Seen before = inOneTurn.get(connection);
      if (hasDeclined(connection)) {
        stragglers.add(connection);
      } else if ((turn & 1) == 0) {
        continue;
      } else if (before == null || before.turn != turn) {
        seen.put(connection, new Seen(turn, now, 1));
        slow |= first; // the next look will tell
      } else {
        var again = new Seen(turn, before.since, before.looks + 1);
        seen.put(connection, again);
        slow = true;
        connection.handOver();
        if (isStraggler(again, now)) {
          stragglers.add(connection);
        }
      }
    }
    inOneTurn = seen;
    handle(stragglers, now);
    boolean allAreSlow = !shutdownIsOver() && now - began >= moment();
    return stragglers.isEmpty() && (!slow || allAreSlow);
  }

  private boolean isStraggler(Seen turn, long now) {
    return turn.looks >= LOOKS && now - turn.since >= moment();
  }

  /**
   * The time that a turn may take without being a straggler's: one second, or half of the whole
   * drain if that is shorter. A handler whose callbacks take long, but less than that, loses no
   * connection.
   */
  private long moment() {
    if (isCut(Phase.MIGRATION) || shutdownIsOver()) {
      return 0; // then only the number of looks counts
    }
    return Math.min(timeouts.wholeDrain().toNanos() / 2, Duration.ofSeconds(1).toNanos());
  }

  private boolean hasDeclined(Connection connection) {
    return leaving.stream().anyMatch(connection::hasDeclined);
  }

  private void handle(List<Connection> stragglers, long now) {
    if (stragglers.isEmpty()) {
      phase = Phase.MIGRATION;
      return;
    }
    // advice and shutdown: a watching thread sees the phase after its connections have been told
    if (shutdownIsOver()) {
      force(stragglers);
    } else if (now >= advisedUntil || isCut(Phase.ADVICE)) {
      stragglers.stream().filter(shutDown::add).forEach(Connection::shutdown);
      phase = Phase.SHUTDOWN;
    } else {
      stragglers.stream().filter(advised::add).forEach(this::advise);
      phase = Phase.ADVICE;
    }
    told.addAll(stragglers);
  }

  /**
   * Advises a straggler to finish. It leaves at its next callback boundary, so that it is no
   * straggler again.
   */
  private void advise(Connection straggler) {
    these.advice().accept(straggler);
    sendAhead(straggler);
  }

  private void sendAhead(Connection connection) {
    leaving.stream()
        .filter(connection::isIn)
        .filter(generation -> !connection.hasDeclined(generation))
        .forEach(connection::leaveAhead);
  }

  private boolean shutdownIsOver() {
    return System.nanoTime() - shutdownUntil >= 0 || isCut(Phase.SHUTDOWN);
  }

  private void force(Collection<Connection> left) {
    phase = Phase.FORCE;
    // with a grace of 50 ms: all other connections may be waiting for it
    Timeouts brief = timeouts.withDrain(Duration.ZERO, Duration.ofSeconds(1));
    lingering.addAll(DrainRun.force(left, brief));
    told.addAll(left);
    forced.addAll(left);
  }

  // ---- no handler serves

  /**
   * The connections that have been in one turn for the whole move, and still are a tick later;
   * other connections only need a processor.
   */
  private List<Connection> stuck() {
    List<Connection> inOneTurn = these.left().get().stream().filter(this::isInItsTurn).toList();
    pause();
    return inOneTurn.stream().filter(this::isInItsTurn).toList();
  }

  private boolean isInItsTurn(Connection connection) {
    Integer atTheBeginning = turns.get(connection);
    int now = connection.turn();
    return atTheBeginning != null && now == atTheBeginning && (now & 1) != 0;
  }

  /**
   * Ends when all connections that are left have declined: the handler serves them again, and they
   * are drained.
   */
  private boolean allMove() {
    return allMove(ONE_MOVE, left -> left.stream().allMatch(this::hasDeclined));
  }

  /**
   * A connection that declines has time for its last callback: the handler will not serve again.
   */
  private boolean allEndOrMove() {
    return allMove(LAST_MOVE, Collection::isEmpty);
  }

  private boolean allMove(Duration limit, Predicate<Collection<Connection>> enough) {
    phase = Phase.MIGRATION;
    turns.clear();
    these.left().get().forEach(connection -> turns.put(connection, connection.turn()));
    var asked = new HashSet<Connection>();
    departures.await(
        () -> {
          Collection<Connection> left = these.left().get();
          left.stream().filter(asked::add).forEach(Connection::migrate);
          return enough.test(left);
        },
        System.nanoTime() + limit.toNanos(),
        () -> isCut(Phase.SHUTDOWN));
    told.addAll(asked);
    return these.left().get().isEmpty();
  }

  // ---- the report

  private Drained report() {
    int migrated = (int) told.stream().filter(these.migrated()).count();
    int graceful = told.size() - migrated - forced.size();
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
    DrainRun successor = rest;
    if (successor != null) {
      return successor.progress();
    }
    Phase now = phase;
    int remaining = now == Phase.OVER ? 0 : these.left().get().size();
    return new Progress(now, remaining, 0, elapsed());
  }

  private boolean isCut(Phase now) {
    Phase last = cut;
    return last != null && last.compareTo(now) >= 0;
  }

  @Override
  public void cutShort() {
    DrainRun successor = rest;
    if (successor != null) {
      successor.cutShort();
      return;
    }
    synchronized (this) {
      cut = phase;
      notifyAll();
    }
    departures.tell();
  }

  @Override
  public CompletableFuture<Drained> result() {
    return result;
  }
}
