package io.thousandisland.runtime.drain;

import io.thousandisland.runtime.connection.Connection;
import io.thousandisland.runtime.handlers.Generation;
import io.thousandisland.runtime.settings.Timeouts;
import io.thousandisland.runtime.signals.Departures;
import io.thousandisland.runtime.signals.Joins;
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
 * The departure of a handler that nobody succeeds yet, so that its connections will have to wait
 * without one: stragglers first, then everybody in one step.
 *
 * <p>A straggler is a connection that has been in one turn for longer than a moment, or that
 * declined to leave. While stragglers are advised, shut down and forced, the handler goes on
 * serving all other connections, and new ones: its code is intact until the unbind returns. When no
 * straggler is left, or their time is over, nobody serves, and all connections leave together. If
 * one of them turns out to be a straggler after all, the handler serves again and the move is put
 * off.
 *
 * <pre>
 *               calm, or time is over               all have left
 *   SERVING  ──────────────────────────▶  MOVING  ─────────────────▶  OVER
 *      ▲                                    │  │ time is over: force
 *      └──────── some have not left ────────┘  └─────────────────────▶
 * </pre>
 *
 * <p>Thread: {@link #run} on a thread of its own, once, and it blocks; connections hear what they
 * are told on their own threads. The rest by any.
 */
public final class Retirement implements Drain {

  /** What this changes on the server's own thread. */
  public interface Post {

    /** Nobody serves from now on. False when another handler serves. */
    boolean vacate();

    /** The handler serves again. False when another one does, or the server has ended. */
    boolean resume();
  }

  /** How often connections are looked at. One that is seen twice in one turn may be a straggler. */
  private static final Duration TICK = Duration.ofMillis(10);

  /**
   * How long a try of the move may take. Healthy connections need a few milliseconds, and wait for
   * nothing longer than this. Those that needed longer leave ahead of the next try.
   */
  private static final Duration ONE_MOVE = Duration.ofMillis(50);

  /**
   * How often connections are looked at when the time is over: new stragglers are forced while the
   * others are still served, so that the last move need not wait for them.
   */
  private static final int LAST_LOOKS = 8;

  /** At how many looks a straggler has been found in one turn. */
  private static final int LOOKS = 4;

  /** How long the last move may take, when what is stuck has been forced, before all are. */
  private static final Duration LAST_MOVE = Duration.ofMillis(500);

  /**
   * A connection was in this turn, at the latest since then, a {@link System#nanoTime}, and was
   * found in it at so many looks. Looks count beside time: in a process that got no processor for a
   * moment, time alone would accuse everybody.
   */
  private record Seen(int turn, long since, int looks) {}

  private final String what;
  private final List<Generation> leaving;
  private final Drainage these;
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

  // ---- written by the running thread, read by those who watch

  private volatile Phase phase = Phase.MIGRATION;
  private volatile @Nullable DrainRun rest;

  /** The last phase that was cut short. Written under the lock of this by any; read by any. */
  private volatile @Nullable Phase cut;

  /**
   * @param leaving generations of the handler that leaves; one of them serves
   * @param these their connections
   */
  Retirement(
      String what,
      List<Generation> leaving,
      Drainage these,
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

  /** Runs to the end and says what came of it. */
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

  /** Another handler serves already: whoever can goes there at once, and the others are drained. */
  private Drained moveToSuccessor() {
    var run = new DrainRun(what, these, timeouts, departures, began);
    rest = run;
    if (isCut(Phase.MIGRATION)) {
      run.cutShort();
    }
    return run.run();
  }

  // ---- the handler serves

  /**
   * Returns when no connection has been in one turn for longer than a tick; or, with a handler
   * whose callbacks all take longer, when a moment has passed and none has been in one for longer
   * than that; or when the time for stragglers is over, or another handler serves.
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

  /** Another handler serves: that has closed the generation. */
  private boolean isSucceeded() {
    return leaving.stream().allMatch(Generation::isClosed);
  }

  /**
   * For a whole tick, though others depart meanwhile: two looks must lie apart to tell anything.
   */
  private synchronized void pause() {
    Phase before = cut;
    boolean unused =
        Joins.awaitUntil(this, () -> cut != before, System.nanoTime() + TICK.toNanos());
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
   * What a turn may take without being a straggler's: a second, or half of the whole drain. The
   * handlers whose callbacks take long, but less than that, lose no connection.
   */
  private long moment() {
    if (isCut(Phase.MIGRATION) || shutdownIsOver()) {
      return 0; // as many looks as it takes
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
    // who watches finds a phase when its connections have been told
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

  /** A straggler that comes to a callback boundary leaves there, so that it is none again. */
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
    // with a grace of 50 ms: everybody else may be waiting for it
    Timeouts brief = timeouts.withDrain(Duration.ZERO, Duration.ofSeconds(1));
    lingering.addAll(DrainRun.force(left, brief));
    told.addAll(left);
    forced.addAll(left);
  }

  // ---- nobody serves

  /**
   * Those that have been in one turn for the whole move, and still are a tick later; the others
   * only need a processor.
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

  /** Whoever declines ends the try: the handler serves again, and drains that connection. */
  private boolean allMove() {
    return allMove(ONE_MOVE, left -> left.stream().allMatch(this::hasDeclined));
  }

  /** Whoever declines has time for its last callback: the handler will not serve again. */
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
