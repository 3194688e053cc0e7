package io.thousandisland.runtime.server;

import io.thousandisland.runtime.supervision.Crash;
import io.thousandisland.runtime.supervision.Node;
import io.thousandisland.runtime.supervision.Observer;
import io.thousandisland.runtime.supervision.Supervisor;
import io.thousandisland.telemetry.TelemetryEvent;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/**
 * One of the acceptors that share a server's work: its connections, and the worker that accepts
 * them.
 *
 * <p>A crash of the worker restarts the worker and touches no connection: it comes last in the
 * list.
 *
 * <p>Thread: started and stopped by the supervisor above; the rest by any.
 */
final class Acceptor implements Node {

  private final ServerContext context;
  private final int number;
  private final ConnectionSupervisor connections;
  private final AcceptorWorker worker;
  private final Supervisor children;

  /** Written by start, read by stop, which never overlap. */
  private volatile long startedAt;

  Acceptor(ServerContext context, int number, Listener listener, Observer seen) {
    this.context = context;
    this.number = number;
    this.connections = new ConnectionSupervisor(context, number);
    this.worker = new AcceptorWorker(context, number, listener, connections);
    this.children =
        Supervisor.restForOne(
            context.name() + " " + name(), context::budget, seen, connections, worker);
  }

  @Override
  public String name() {
    return "acceptor " + number;
  }

  int number() {
    return number;
  }

  ConnectionSupervisor connections() {
    return connections;
  }

  AcceptorWorker worker() {
    return worker;
  }

  /**
   * Makes {@code some} accept nothing until their workers are resumed. Returns when they have come
   * to rest, the connection in hand handed over.
   */
  static void pause(Collection<Acceptor> some) {
    List<CountDownLatch> resting = some.stream().map(a -> a.worker().pause()).toList();
    boolean unused = Joins.awaitAll(resting, Joins.in(Joins.PROMPT));
  }

  @Override
  public void start(Crash crash) throws Exception {
    startedAt = System.nanoTime();
    children.start(crash);
    context.emit(() -> new TelemetryEvent.AcceptorStarted(context.name(), number));
  }

  @Override
  public void stop() {
    children.stop();
    var lasted = Duration.ofNanos(System.nanoTime() - startedAt);
    context.emit(
        () ->
            new TelemetryEvent.AcceptorStopped(
                context.name(), number, connections.taken(), lasted));
  }
}
