package io.thousandisland.runtime.server;

import io.thousandisland.server.Drain;
import io.thousandisland.server.Drained;
import io.thousandisland.telemetry.TelemetryEvent;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * The drains of one server, each on a platform thread of its own: handlers that keep every carrier
 * busy are what it may have to end.
 *
 * <p>Thread: any.
 */
final class Drains {

  private final ServerContext context;
  private final List<Drain> underWay = new CopyOnWriteArrayList<>();

  Drains(ServerContext context) {
    this.context = context;
  }

  /** A drain of {@code these} that is still to be started; its time counts from now. */
  DrainRun of(String what, Drainage these) {
    return of(what, these, context.settings().timeouts());
  }

  private DrainRun of(String what, Drainage these, Timeouts timeouts) {
    return new DrainRun(what, these, timeouts, context.departures);
  }

  DrainRun start(DrainRun drain) {
    return start(drain, List.of(), () -> {});
  }

  /**
   * Starts {@code drain}; until it is over {@code paused} accept no more.
   *
   * @param afterwards run before the result is known
   */
  DrainRun start(DrainRun drain, Collection<Acceptor> paused, Runnable afterwards) {
    List<Acceptor> resting = List.copyOf(paused);
    onOwnThread(drain, () -> whilePaused(resting, drain), afterwards);
    return drain;
  }

  /** Starts drains of the connections of one acceptor after the other, each paused meanwhile. */
  RollingDrain startRolling(String what, List<Acceptor> acceptors) {
    return roll(
        what,
        acceptors,
        acceptor -> of(acceptor.name(), Drainage.of(acceptor.connections()::live)),
        Drains::whilePaused,
        () -> {});
  }

  /**
   * Starts drains of the connections in {@code leaving}, one acceptor's after the other's. All go
   * on accepting: new connections are in another generation.
   *
   * @param timeouts of each
   * @param afterwards run before the result is known
   */
  RollingDrain startRolling(
      String what,
      List<Acceptor> acceptors,
      List<Generation> leaving,
      boolean mayMigrate,
      Timeouts timeouts,
      Runnable afterwards) {
    return roll(
        what,
        acceptors,
        acceptor ->
            of(
                what + " of " + acceptor.name(),
                Drainage.of(leaving, acceptor.connections()::live, mayMigrate),
                timeouts),
        (acceptor, part) -> part.run(),
        afterwards);
  }

  private RollingDrain roll(
      String what,
      List<Acceptor> acceptors,
      Function<Acceptor, DrainRun> parts,
      BiFunction<List<Acceptor>, DrainRun, Drained> run,
      Runnable afterwards) {
    List<Acceptor> inTurn = List.copyOf(acceptors);
    DrainRun first = parts.apply(inTurn.getFirst());
    var rolling = new RollingDrain(what, first);
    onOwnThread(
        rolling,
        () -> {
          for (Acceptor acceptor : inTurn) {
            // the very first one: it may have been cut short already
            DrainRun part = acceptor == inTurn.getFirst() ? first : parts.apply(acceptor);
            rolling.begin(part);
            rolling.over(run.apply(List.of(acceptor), part));
          }
          return rolling.sum();
        },
        afterwards);
    return rolling;
  }

  private static Drained whilePaused(List<Acceptor> paused, DrainRun drain) {
    Acceptor.pause(paused);
    try {
      return drain.run();
    } finally {
      paused.forEach(acceptor -> acceptor.worker().resume());
    }
  }

  /** Oldest first. */
  List<Drain> underWay() {
    return List.copyOf(underWay);
  }

  private static Drained thenInAnyCase(Supplier<Drained> run, Runnable afterwards) {
    try {
      return run.get();
    } finally {
      afterwards.run();
    }
  }

  private void onOwnThread(Drain drain, Supplier<Drained> run, Runnable afterwards) {
    underWay.add(drain);
    Thread.ofPlatform()
        .daemon()
        .name(context.name() + " drain " + drain.what())
        .inheritInheritableThreadLocals(false)
        .start(
            () -> {
              try {
                Drained drained = thenInAnyCase(run, afterwards);
                underWay.remove(drain);
                context.emit(
                    () -> new TelemetryEvent.DrainEnded(context.name(), drain.what(), drained));
                drain.result().complete(drained);
              } catch (Throwable bug) { // whoever waits for the result is told
                underWay.remove(drain);
                drain.result().completeExceptionally(bug);
              }
            });
  }
}
