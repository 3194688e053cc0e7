package io.thousandisland.runtime.server;

import io.thousandisland.runtime.connection.Connection;
import io.thousandisland.runtime.drain.DrainRun;
import io.thousandisland.runtime.drain.DrainTarget;
import io.thousandisland.runtime.settings.Timeouts;
import io.thousandisland.runtime.shared.ServerContext;
import io.thousandisland.runtime.supervision.CrashReport;
import io.thousandisland.runtime.supervision.Node;
import io.thousandisland.server.Drained;
import io.thousandisland.telemetry.TelemetryEvent;
import io.thousandisland.transport.TransportSocket;
import java.io.IOException;
import java.time.Duration;
import java.util.Collection;
import java.util.Collections;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The live connections of one acceptor. A connection is never restarted.
 *
 * <p>Thread: the acceptor's worker starts connections, each connection reports its own end, any
 * thread reads.
 */
final class ConnectionSupervisor implements Node, Connection.Registry {

  private final ServerContext context;
  private final int acceptor;
  private final Set<Connection> live = ConcurrentHashMap.newKeySet();

  /** Connections that have ended, and whose sockets are still open for their peers' sake. */
  private final Set<Connection> lingering = ConcurrentHashMap.newKeySet();

  /** Read by a worker that was told to end and has one more connection in hand. */
  private volatile boolean stopped;

  /** Connections taken since this node was started. */
  private final AtomicLong taken = new AtomicLong();

  ConnectionSupervisor(ServerContext context, int acceptor) {
    this.context = context;
    this.acceptor = acceptor;
  }

  @Override
  public String name() {
    return "connections";
  }

  @Override
  public void start(CrashReport crash) {
    taken.set(0);
    stopped = false;
  }

  /**
   * Shuts down live connections, and closes lingering ones. After a drain of the server there is
   * nothing to shut down. When a node above gave up, its connections end here.
   */
  @Override
  public void stop() {
    stopped = true;
    Timeouts now = context.settings().timeouts();
    Timeouts withoutAdvice = now.withDrain(Duration.ZERO, now.shutdown());
    Drained unused =
        new DrainRun(name(), DrainTarget.of(this::live), withoutAdvice, context.departures).run();
    lingering.forEach(Connection::force); // the clock that would end them may go, too
  }

  /** Runs a new connection, for which the caller holds a permit. */
  void start(TransportSocket socket) {
    Connection connection = null;
    try {
      connection = new Connection(context, this, socket);
      live.add(connection);
      if (stopped) { // looked at after adding: the stop sees the connection, or we see the stop
        connection.shutdown();
      }
      taken.incrementAndGet();
      connection.start();
    } catch (
        Throwable cannotStart) { // no memory for a thread, say: that costs this connection only
      if (connection != null) {
        live.remove(connection);
        context.departures.tell(); // a drain may have seen it
      }
      context.permits.release();
      close(socket);
      context.emit(() -> new TelemetryEvent.AcceptFailed(context.name(), acceptor, cannotStart));
    }
  }

  @Override
  public int acceptor() {
    return acceptor;
  }

  @Override
  public void abandoned(Connection connection) {
    live.remove(connection);
    context.departures.tell();
  }

  @Override
  public void ended(Connection connection) {
    lingering.add(connection); // first: at no time is it unknown
    live.remove(connection);
    context.departures.tell();
  }

  @Override
  public void closed(Connection connection) {
    lingering.remove(connection);
    context.permits.release();
  }

  private void close(TransportSocket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      context.emit(() -> new TelemetryEvent.AcceptFailed(context.name(), acceptor, e));
    }
  }

  /** The live connections, as a view that follows changes. */
  Collection<Connection> live() {
    return Collections.unmodifiableSet(live);
  }

  long taken() {
    return taken.get();
  }
}
