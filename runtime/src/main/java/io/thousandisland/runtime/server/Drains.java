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

  /** A drain of {@code these} that is still to be started; its time counts from now. */
  DrainRun of(String what, Drainage these) {
    return new DrainRun(what, these, context.settings().timeouts(), context.departures);
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
    Thread.ofPlatform()
        .daemon()
        .name(context.name() + " drain " + drain.what())
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
