// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.server;

import io.thousandisland.runtime.connection.Connection;
import io.thousandisland.runtime.drain.DrainRun;
import io.thousandisland.runtime.drain.DrainTarget;
import io.thousandisland.runtime.drain.Drains;
import io.thousandisland.runtime.drain.Retirement;
import io.thousandisland.runtime.handlers.Generation;
import io.thousandisland.runtime.handlers.Generations;
import io.thousandisland.runtime.handlers.HandlerBinding;
import io.thousandisland.runtime.settings.Policies;
import io.thousandisland.runtime.settings.Timeouts;
import io.thousandisland.runtime.shared.ServerContext;
import io.thousandisland.runtime.signals.DeadlineSweeper;
import io.thousandisland.runtime.signals.LifeThread;
import io.thousandisland.runtime.signals.Signals;
import io.thousandisland.server.Drain;
import io.thousandisland.server.Drained;
import io.thousandisland.server.GenerationInfo;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.function.LongPredicate;
import org.jspecify.annotations.Nullable;

/**
 * The handler that serves new connections, and the fate of the connections of a handler that leaves
 * or is followed by a better one.
 *
 * <p>Thread: the server's own; the drains that it starts there end on other threads.
 */
final class Succession {

  private final ServerContext context;
  private final LifeThread life;
  private final Generations generations;
  private final Drains drains;
  private final AcceptorSupervisor acceptors;
  private final Runnable changed;
  private final Map<Long, CompletableFuture<Drained>> retiring = new HashMap<>();

  /** The generations that these retirements empty. */
  private final Set<Generation> leavers = new HashSet<>();

  /** The retirements of handlers that serve until they leave, by the generations that leave. */
  private final Map<Generation, Drain> retirements = new HashMap<>();

  /** The reason why no handler serves; null while one does. */
  private @Nullable String nobody = "no handler bound";

  /**
   * The reason why no handler will serve once the leaving handler has left; null when that is not
   * known.
   */
  private @Nullable String whenGone;

  /**
   * The number of leaving handlers that served; the wait for the next handler begins after them.
   */
  private int departures;

  private boolean portHeld;

  /** True when no handler serves any more, for good. */
  private boolean ended;

  /** The task that closes the port when no handler has come by then. */
  private Future<?> closing = CompletableFuture.completedFuture(null);

  /**
   * @param changed run on the server's own thread when one of the answers below changed later
   */
  Succession(
      ServerContext context,
      LifeThread life,
      Drains drains,
      AcceptorSupervisor acceptors,
      Runnable changed) {
    this.context = context;
    this.life = life;
    this.generations = context.generations;
    this.drains = drains;
    this.acceptors = acceptors;
    this.changed = changed;
  }

  /** The reason why no handler serves; null while one does. */
  @Nullable String nobody() {
    return nobody;
  }

  /** Whether the port is to be bound: from the first handler on, through short absences. */
  boolean portHeld() {
    return portHeld;
  }

  /** Any thread. */
  List<GenerationInfo> infos() {
    return generations.infos();
  }

  /**
   * Lets the best handler serve, or notes {@code otherwise} when there is none.
   *
   * @param stays whether the service of that id is still there: if not, {@link #retire} is called
   *     for it, and no better handler has followed it
   */
  void choose(Optional<HandlerBinding> best, LongPredicate stays, String otherwise) {
    Generation serving = generations.serving();
    if (best.isEmpty()) {
      nobodyWillServe(serving, stays, otherwise);
    } else if (serving == null || serving.facts().serviceId() != best.get().facts().serviceId()) {
      serve(best.get(), stays);
    } else if (!serving.facts().equals(best.get().facts())) {
      describedAnew(serving, best.get());
    }
  }

  private void nobodyWillServe(
      @Nullable Generation serving, LongPredicate stays, String otherwise) {
    if (serving != null && stays.test(serving.facts().serviceId())) {
      serveNobody(otherwise);
      absent();
    } else if (serving != null || departures > 0) {
      whenGone = otherwise; // the leaving handler serves until it has left
    } else {
      nobody = otherwise;
      absent();
    }
  }

  /**
   * The same service has other properties. Only a changed promise not to block makes a new
   * generation.
   */
  private void describedAnew(Generation serving, HandlerBinding now) {
    if (serving.facts().nonblocking() == now.facts().nonblocking()) {
      serving.facts(now.facts());
      return;
    }
    serving.classesStay(); // the very same handler
    Generation unused = generations.serve(now);
    CompletableFuture<Drained> moved = empty(List.of(serving), true, context.settings().timeouts());
    moved.whenCompleteAsync((result, error) -> changed.run(), life);
  }

  void serve(HandlerBinding binding, LongPredicate stays) {
    Generation before = generations.serve(binding);
    nobody = null;
    whenGone = null;
    portHeld = true;
    closing.cancel(false);
    if (before != null && stays.test(before.facts().serviceId())) {
      switch (context.settings().policies().whenBetterArrives()) {
        case KEEP -> {}
        case DRAIN -> empty(List.of(before), false, context.settings().timeouts());
        case MIGRATE -> empty(List.of(before), true, context.settings().timeouts());
      }
    }
  }

  private void serveNobody(String why) {
    nobody = why;
    Generation unused = generations.serveNobody();
  }

  /**
   * No handler serves, and no handler is leaving any more: now the wait for the next handler
   * begins, unless it has begun. A changed wait counts from the same beginning.
   */
  private void absent() {
    if (generations.serving() != null || ended) {
      return;
    }
    if (generations.absentSince() == Signals.NEVER) {
      generations.absent(context.sweeper.now());
    }
    closing.cancel(false);
    Duration wait = context.settings().timeouts().handlerWait();
    if (DeadlineSweeper.countable(wait)) {
      long over = context.sweeper.now() - generations.absentSince();
      closing = life.later(wait.minusNanos(over), this::closePort);
    }
    changed.run();
  }

  private void closePort() {
    portHeld = false;
    changed.run();
  }

  /**
   * Empties the generations of a handler's service, by the policy. Returns the same future while
   * that is under way, unless the service has come back and leaves again.
   *
   * @param mayMigrate whether the policy may be to migrate
   * @param classesStay whether the handler's bundle stays: then its state objects may, too
   * @param caller the thread that will wait for the future: a connection that runs on it is not
   *     waited for
   */
  CompletableFuture<Drained> retire(
      long serviceId, boolean mayMigrate, boolean classesStay, Thread caller) {
    CompletableFuture<Drained> running = retiring.get(serviceId);
    List<Generation> leaving =
        generations.of(serviceId).stream().filter(g -> !leavers.contains(g)).toList();
    disownConnectionsOf(caller, generations.of(serviceId));
    if (running != null && leaving.isEmpty()) {
      return running;
    }
    if (classesStay) {
      leaving.forEach(Generation::classesStay);
    }
    boolean migrate =
        mayMigrate
            && context.settings().policies().whenHandlerLeaves()
                == Policies.WhenHandlerLeaves.MIGRATE;
    CompletableFuture<Drained> mine = leave(leaving, migrate);
    CompletableFuture<Drained> future =
        running == null ? mine : running.thenCombine(mine, (earlier, later) -> later);
    if (!future.isDone()) {
      retiring.put(serviceId, future);
      leavers.addAll(leaving);
      future.whenCompleteAsync(
          (result, error) -> {
            retiring.remove(serviceId, future);
            leaving.forEach(leavers::remove);
          },
          life);
    }
    return future;
  }

  /**
   * Disowns connections that run on {@code caller}: a handler that updates or stops its own bundle
   * in a callback would wait for itself.
   */
  private void disownConnectionsOf(Thread caller, List<Generation> leaving) {
    for (Connection connection : acceptors.live()) {
      if (connection.runsOn(caller) && leaving.stream().anyMatch(connection::isIn)) {
        connection.disown();
      }
    }
  }

  private CompletableFuture<Drained> leave(List<Generation> leaving, boolean migrate) {
    Generation serving = generations.serving();
    boolean last = false;
    if (serving != null && leaving.contains(serving)) {
      departures++;
      if (migrate) {
        return retireLast(serving, leaving);
      }
      last = true;
      serveNobody(whyNobody(serving));
    }
    // the caller waits for all of it: if rolling, each acceptor has its share of the time
    Timeouts all = context.settings().timeouts();
    boolean rolling = context.settings().policies().rolling();
    Timeouts each = rolling ? all.share(acceptors.withLeaving().size() + 1) : all;
    CompletableFuture<Drained> emptied = empty(leaving, migrate, each);
    return last ? emptied.whenCompleteAsync((result, error) -> left(), life) : emptied;
  }

  /** A handler that served has left completely. The reason noted meanwhile holds now. */
  private void left() {
    departures--;
    if (generations.serving() == null && departures == 0) {
      if (whenGone != null) {
        nobody = whenGone;
        whenGone = null;
      }
      absent();
    }
  }

  private String whyNobody(Generation gone) {
    String why = whenGone;
    whenGone = null;
    return why == null ? "handler " + gone.facts().name() + " has left" : why;
  }

  /** The handler that leaves is the only one: it serves until all its connections can go. */
  private CompletableFuture<Drained> retireLast(Generation serving, List<Generation> leaving) {
    serving.hold();
    var post =
        new Retirement.Post() {
          @Override
          public boolean vacate() {
            return life.call(() -> paused(serving));
          }

          @Override
          public boolean resume() {
            return life.call(() -> resumed(serving));
          }
        };
    String what = "generation " + leaving.getFirst().number();
    Drain retirement =
        drains.startRetirement(
            what, leaving, acceptors::live, post, () -> life.run(() -> retired(serving, leaving)));
    if (!retirement.result().isDone()) { // it is when no thread could start
      leaving.forEach(one -> retirements.put(one, retirement));
    }
    return retirement.result();
  }

  /** False when another handler serves. */
  private boolean paused(Generation leaving) {
    if (generations.serving() != leaving) {
      return false;
    }
    generations.pause(leaving);
    return true;
  }

  /** False when another handler serves, or the server has ended. */
  private boolean resumed(Generation leaving) {
    if (generations.serving() != null || ended) {
      return false;
    }
    generations.resume(leaving);
    return true;
  }

  private void retired(Generation last, List<Generation> leaving) {
    leaving.forEach(retirements::remove);
    Generation serving = generations.serving();
    if (serving == last) {
      serveNobody(whyNobody(last)); // only when the retirement failed
    } else if (serving == null) {
      nobody = whyNobody(last);
    }
    generations.letGo(last);
    leaving.forEach(Generation::close);
    generations.abandon(leaving);
    left();
  }

  private CompletableFuture<Drained> empty(
      List<Generation> leaving, boolean migrate, Timeouts each) {
    if (leaving.isEmpty()) {
      return CompletableFuture.completedFuture(Drained.NOTHING);
    }
    leaving.forEach(Generation::close);
    String what = "generation " + leaving.getFirst().number();
    Runnable afterwards = () -> generations.abandon(leaving);
    if (context.settings().policies().rolling()) {
      return drains
          .startRolling(
              what, acceptors.withLeaving(), leaving, acceptors::live, migrate, each, afterwards)
          .result();
    }
    DrainRun drain = drains.of(what, DrainTarget.of(leaving, acceptors::live, migrate));
    return drains.start(drain, List.of(), afterwards).result();
  }

  /**
   * Ends the connections of one generation; if it serves, its handler goes on in a new one. A
   * handler that leaves cannot go on, and its retirement may let this generation serve again: then
   * the retirement is the drain.
   */
  Drain drain(int number) {
    Generation one = generations.numbered(number);
    Drain retirement = retirements.get(one);
    if (retirement != null) {
      return retirement;
    }
    if (one == generations.serving()) {
      generations.serve(new HandlerBinding(one.facts(), one.handler()));
    }
    one.close();
    List<Generation> leaving = List.of(one);
    DrainRun drain =
        drains.of("generation " + number, DrainTarget.of(leaving, acceptors::live, false));
    return drains.start(drain, List.of(), () -> generations.abandon(leaving));
  }

  /** The server is about to end: no other handler will serve. */
  void close() {
    generations.close();
  }

  /** The server has ended: lets go of the handler that serves. */
  void end() {
    ended = true;
    closing.cancel(false);
    Generation serving = generations.serveNobody();
    if (serving != null) {
      generations.abandon(List.of(serving));
    }
  }
}
