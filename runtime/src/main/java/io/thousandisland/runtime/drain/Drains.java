// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.drain;

import io.thousandisland.runtime.connection.Connection;
import io.thousandisland.runtime.handlers.Generation;
import io.thousandisland.runtime.settings.Timeouts;
import io.thousandisland.runtime.shared.ServerContext;
import io.thousandisland.server.Drain;
import io.thousandisland.server.Drained;
import io.thousandisland.telemetry.TelemetryEvent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ThreadFactory;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * The drains of one server, each on a platform thread of its own, because a drain may have to end
 * handlers that keep every carrier busy.
 *
 * <p>Thread: any.
 */
public final class Drains {

  private final ServerContext context;
  private final ThreadFactory threads;
  private final List<Drain> underWay = new CopyOnWriteArrayList<>();

  public Drains(ServerContext context) {
    this(context, Thread.ofPlatform().daemon().inheritInheritableThreadLocals(false).factory());
  }

  public Drains(ServerContext context, ThreadFactory threads) {
    this.context = context;
    this.threads = threads;
  }

  /** A drain of {@code these} that is still to be started; its time counts from now. */
  public DrainRun of(String what, DrainTarget these) {
    return of(what, these, context.settings().timeouts());
  }

  private DrainRun of(String what, DrainTarget these, Timeouts timeouts) {
    Duration spread = context.settings().leave().spread();
    return new DrainRun(what, these, timeouts, context.departures, System.nanoTime(), spread);
  }

  public DrainRun start(DrainRun drain) {
    return start(drain, List.of(), () -> {});
  }

  /**
   * Starts {@code drain}; until it is over, {@code paused} accept nothing.
   *
   * @param afterwards run before the result is known
   */
  public DrainRun start(
      DrainRun drain, Collection<? extends Pausable> paused, Runnable afterwards) {
    List<Pausable> resting = List.copyOf(paused);
    onOwnThread(drain, () -> whilePaused(resting, drain), afterwards);
    return drain;
  }

  /**
   * Starts {@code drain} of a whole server, which is a lame duck first.
   *
   * @param readyDelay how long it is a lame duck
   * @param paused asked when that time is over; they accept nothing from then on
   * @param leaving run when that time is over, and again at the end: also when there is no thread
   */
  public void startLameDuck(
      DrainRun drain,
      Duration readyDelay,
      Supplier<? extends Collection<? extends Pausable>> paused,
      Runnable leaving) {
    drain.beginsAsLameDuck(readyDelay);
    onOwnThread(
        drain,
        () -> {
          drain.waitAsLameDuck();
          leaving.run();
          return whilePaused(List.copyOf(paused.get()), drain);
        },
        leaving);
  }

  /**
   * Starts the departure of a handler that has no successor.
   *
   * @param afterwards run before the result is known
   */
  public Retirement startRetirement(
      String what,
      List<Generation> leaving,
      Supplier<Collection<Connection>> live,
      Retirement.Post post,
      Runnable afterwards) {
    Timeouts timeouts = context.settings().timeouts();
    DrainTarget these = DrainTarget.of(leaving, live, true);
    var retirement = new Retirement(what, leaving, these, timeouts, context.departures, post);
    onOwnThread(retirement, retirement::run, afterwards);
    return retirement;
  }

  /** Starts to drain the connections of one acceptor after the other, each paused meanwhile. */
  public Sequence startRolling(String what, List<? extends Pausable> acceptors) {
    return roll(
        what,
        acceptors.stream()
            .map(
                acceptor ->
                    new Part(
                        () -> of(acceptor.name(), DrainTarget.of(acceptor::live)),
                        drain -> whilePaused(List.of(acceptor), drain)))
            .toList(),
        () -> {});
  }

  /** One step of a rolling drain; its time counts from when it is made. */
  private record Part(Supplier<DrainRun> make, Function<DrainRun, Drained> run) {}

  /**
   * Starts to drain the connections in {@code leaving}, one acceptor after the other. All acceptors
   * go on accepting: new connections are in another generation. The last drain takes all remaining
   * connections in {@code leaving}: an acceptor may have been taken away meanwhile.
   *
   * @param live all connections
   * @param timeouts of each drain
   * @param afterwards run before the result is known
   */
  public Sequence startRolling(
      String what,
      List<? extends Pausable> acceptors,
      List<Generation> leaving,
      Supplier<Collection<Connection>> live,
      boolean mayMigrate,
      Timeouts timeouts,
      Runnable afterwards) {
    var parts = new ArrayList<Part>();
    for (Pausable acceptor : acceptors) {
      DrainTarget its = DrainTarget.of(leaving, acceptor::live, mayMigrate);
      String name = what + " of " + acceptor.name();
      parts.add(new Part(() -> of(name, its, timeouts), DrainRun::run));
    }
    DrainTarget others = DrainTarget.of(leaving, live, mayMigrate);
    parts.add(new Part(() -> of(what, others, timeouts), DrainRun::run));
    return roll(what, parts, afterwards);
  }

  private Sequence roll(String what, List<Part> inTurn, Runnable afterwards) {
    DrainRun first = inTurn.getFirst().make().get();
    var rolling = new Sequence(what, first);
    onOwnThread(
        rolling,
        () -> {
          for (Part part : inTurn) {
            // the first run was made above, and may have been cut short already
            DrainRun run = part == inTurn.getFirst() ? first : part.make().get();
            rolling.begin(run);
            rolling.over(part.run().apply(run));
          }
          return rolling.sum();
        },
        afterwards);
    return rolling;
  }

  private static Drained whilePaused(List<? extends Pausable> paused, DrainRun drain) {
    Pausable.pause(paused);
    try {
      return drain.run();
    } finally {
      paused.forEach(Pausable::resume);
    }
  }

  /** Oldest first. */
  public List<Drain> underWay() {
    return List.copyOf(underWay);
  }

  private static Drained thenInAnyCase(Run run, Runnable afterwards) throws Throwable {
    try {
      return run.run();
    } finally {
      afterwards.run();
    }
  }

  private void onOwnThread(Drain drain, Run run, Runnable afterwards) {
    underWay.add(drain);
    try {
      Thread thread =
          threads.newThread(() -> complete(drain, () -> thenInAnyCase(run, afterwards)));
      thread.setName(context.name() + " drain " + drain.what());
      thread.start();
    } catch (Throwable noThread) { // no memory for one: nothing is drained or waited for
      complete(
          drain,
          () ->
              thenInAnyCase(
                  () -> {
                    throw noThread;
                  },
                  afterwards));
    }
  }

  /** A run that may fail. */
  @FunctionalInterface
  private interface Run {
    Drained run() throws Throwable;
  }

  /** Completes the drain's result whatever happens, with the failure if there is no result. */
  private void complete(Drain drain, Run run) {
    try {
      Drained drained = run.run();
      underWay.remove(drain);
      context.emit(() -> new TelemetryEvent.DrainEnded(context.name(), drain.what(), drained));
      drain.result().complete(drained);
    } catch (Throwable bug) { // the thread that waits for the result is told
      underWay.remove(drain);
      drain.result().completeExceptionally(bug);
    }
  }
}
