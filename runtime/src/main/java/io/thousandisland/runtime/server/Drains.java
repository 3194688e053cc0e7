package io.thousandisland.runtime.server;

import io.thousandisland.server.Drained;
import io.thousandisland.telemetry.TelemetryEvent;
import java.util.Collection;
import java.util.List;

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

  /** Drains {@code these}. */
  DrainRun start(String what, Drainage these) {
    return start(what, these, List.of(), () -> {});
  }

  /**
   * Drains {@code these}, while {@code paused} accept no more.
   *
   * @param afterwards run before the result is known
   */
  DrainRun start(String what, Drainage these, Collection<Acceptor> paused, Runnable afterwards) {
    var drain = new DrainRun(what, these, context.settings().timeouts(), context.departures);
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
