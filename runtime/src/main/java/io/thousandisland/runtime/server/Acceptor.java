// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.server;

import io.thousandisland.runtime.connection.Connection;
import io.thousandisland.runtime.drain.Pausable;
import io.thousandisland.runtime.listening.Listeners;
import io.thousandisland.runtime.shared.ServerContext;
import io.thousandisland.runtime.supervision.CrashReport;
import io.thousandisland.runtime.supervision.Node;
import io.thousandisland.runtime.supervision.Observer;
import io.thousandisland.runtime.supervision.Supervisor;
import io.thousandisland.telemetry.TelemetryEvent;
import java.time.Duration;
import java.util.Collection;
import java.util.concurrent.CountDownLatch;

/**
 * One of the acceptors that share a server's work: its connections, and the worker that accepts
 * them.
 *
 * <p>A crash of the worker restarts the worker and touches no connection: the worker comes last in
 * the list.
 *
 * <p>Thread: started and stopped by the supervisor above; the rest by any.
 */
final class Acceptor implements Node, Pausable {

  private final ServerContext context;
  private final int number;
  private final ConnectionSupervisor connections;
  private final AcceptorWorker worker;
  private final Supervisor children;

  /** Written by start, read by stop, which never overlap. */
  private volatile long startedAt;

  Acceptor(ServerContext context, int number, Listeners listeners, Observer seen) {
    this.context = context;
    this.number = number;
    this.connections = new ConnectionSupervisor(context, number, this::placeFreed);
    this.worker = new AcceptorWorker(context, number, listeners, connections);
    this.children =
        Supervisor.restForOne(
            context.name() + " " + name(), context::budget, seen, connections, worker);
  }

  @Override
  public String name() {
    return "acceptor " + number;
  }

  /** A worker that has as many connections as it may have looks again. */
  private void placeFreed() {
    if (context.settings().limits().perAcceptor() > 0) {
      worker.lookForPlace();
    }
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

  @Override
  public Collection<Connection> live() {
    return connections.live();
  }

  @Override
  public CountDownLatch pause() {
    return worker.pause();
  }

  @Override
  public void resume() {
    worker.resume();
  }

  @Override
  public void start(CrashReport crash) throws Exception {
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
