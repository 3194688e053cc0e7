package io.thousandisland.runtime.server;

import io.thousandisland.server.Drained;
import io.thousandisland.telemetry.TelemetryEvent;
import java.util.Collection;
import java.util.List;
import java.util.function.Supplier;

/**
 * The drains of one server, each on a platform thread of its own: handlers that keep every carrier
 * busy are what it may have to end.
 *
 * <p>Thread: any.
 */
final class Drains {

  private final ServerContext context;

  Drains(ServerContext context) {
    this.context = context;
  }

  /** Drains the connections that {@code live} tells. */
  DrainRun start(String what, Supplier<Collection<Connection>> live) {
    return start(what, live, List.of(), () -> {});
  }

  /**
   * Drains the connections that {@code live} tells, while {@code paused} accept no more.
   *
   * @param afterwards run before the result is known
   */
  DrainRun start(
      String what,
      Supplier<Collection<Connection>> live,
      Collection<Acceptor> paused,
      Runnable afterwards) {
    Timeouts timeouts = context.settings().timeouts();
    var drain = new DrainRun(what, live, timeouts.drain(), timeouts.shutdown());
    Thread.ofPlatform()
        .daemon()
        .name(context.name() + " drain " + what)
        .start(() -> run(drain, List.copyOf(paused), afterwards));
    return drain;
  }

  private void run(DrainRun drain, List<Acceptor> paused, Runnable afterwards) {
    try {
      Acceptor.pause(paused);
      Drained drained;
      try {
        drained = drain.run();
      } finally {
        paused.forEach(acceptor -> acceptor.worker().resume());
      }
      afterwards.run();
      context.emit(() -> new TelemetryEvent.DrainEnded(context.name(), drain.what(), drained));
      drain.result().complete(drained);
    } catch (Throwable bug) { // whoever waits for the result is told
      drain.result().completeExceptionally(bug);
    }
  }
}
