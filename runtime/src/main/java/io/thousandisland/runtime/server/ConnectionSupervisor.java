// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.server;

import io.thousandisland.runtime.admission.AcceptorPlaces;
import io.thousandisland.runtime.admission.Admission;
import io.thousandisland.runtime.admission.Seat;
import io.thousandisland.runtime.connection.Connection;
import io.thousandisland.runtime.drain.DrainRun;
import io.thousandisland.runtime.drain.DrainTarget;
import io.thousandisland.runtime.listening.Accepted;
import io.thousandisland.runtime.settings.LimitSettings;
import io.thousandisland.runtime.settings.ProxySettings;
import io.thousandisland.runtime.settings.Timeouts;
import io.thousandisland.runtime.shared.ServerContext;
import io.thousandisland.runtime.supervision.CrashReport;
import io.thousandisland.runtime.supervision.Node;
import io.thousandisland.runtime.wire.HeaderWait;
import io.thousandisland.server.Drained;
import io.thousandisland.server.Limit;
import io.thousandisland.telemetry.TelemetryEvent;
import io.thousandisland.transport.TransportSocket;
import java.io.IOException;
import java.time.Duration;
import java.util.Collection;
import java.util.Collections;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The live connections of one acceptor. A connection is never restarted.
 *
 * <p>Thread: the acceptor's worker starts connections, each connection reports its own end, any
 * thread reads.
 */
final class ConnectionSupervisor implements Node, Connection.Registry {

  private final ServerContext context;
  private final int acceptor;

  /** By their numbers. */
  private final Map<Long, Connection> live = new ConcurrentHashMap<>();

  /** Connections that have ended, and whose sockets are still open for their peers' sake. */
  private final Set<Connection> lingering = ConcurrentHashMap.newKeySet();

  /** Read by a worker that was told to end and has one more connection in hand. */
  private volatile boolean stopped;

  /** The places that its connections take. */
  private final AcceptorPlaces places;

  /** Connections taken since this node was started. */
  private final AtomicLong taken = new AtomicLong();

  /**
   * @param placeFreed run when one of its connections takes no place any more; must not block
   */
  ConnectionSupervisor(ServerContext context, int acceptor, Runnable placeFreed) {
    this.context = context;
    this.acceptor = acceptor;
    this.places = new AcceptorPlaces(placeFreed);
  }

  /** Whether the acceptor has as many connections as it may have. */
  boolean isFull() {
    return places.areFull(context.settings().limits().perAcceptor());
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

  /**
   * Admits a connection that was accepted, for which the caller holds a permit, or refuses it.
   *
   * @return false when it was refused: the permit is the caller's
   */
  boolean admit(Accepted accepted) {
    TransportSocket socket = accepted.bare();
    Admission.Answer answer;
    HeaderWait wait = null;
    try {
      ProxySettings proxies = context.settings().proxy();
      if (proxies.isOn() && proxies.trusts(socket.remoteAddress())) {
        wait = new HeaderWait(accepted.bare(), accepted.channel(), context, proxies);
        answer = new Admission.Answer(context.admission.seat(), null); // judged by its header
      } else if (proxies.isRequired()) {
        answer = new Admission.Answer(null, Limit.PROXY);
      } else {
        answer = context.admission.admit(socket);
      }
    } catch (RuntimeException | Error noMemory) {
      close(socket);
      throw noMemory;
    }
    Seat seat = answer.seat();
    if (seat != null) {
      start(accepted, wait, seat);
      return true;
    }
    refuse(socket, Objects.requireNonNull(answer.refused()));
    return false;
  }

  /** Closes a connection that was accepted, because of a limit. */
  void refuse(TransportSocket socket, Limit because) {
    try {
      tellRefused(socket, because);
    } finally {
      close(socket);
    }
  }

  private void tellRefused(TransportSocket socket, Limit because) {
    if (because == Limit.PROXY) {
      tellStrayed(socket, "its address is none of a proxy (proxySources)");
      return;
    }
    context.admission.refused(because);
    LimitSettings limits = context.settings().limits();
    int value =
        switch (because) {
          case CONNECTIONS -> limits.maxConnections();
          case CONNECTIONS_PER_ACCEPTOR -> limits.perAcceptor();
          case CONNECTIONS_PER_ADDRESS -> limits.perAddress();
          case RATE -> limits.acceptRate();
          case ACCESS, PROXY -> 0;
        };
    context.emit(
        () ->
            new TelemetryEvent.ConnectionRefused(
                context.name(), acceptor, socket.remoteAddress(), because, value));
  }

  private void tellStrayed(TransportSocket socket, String reason) {
    context.admission.refused(Limit.PROXY);
    context.emit(
        () ->
            new TelemetryEvent.ProxyHeaderRefused(
                context.name(), acceptor, socket.remoteAddress(), reason));
  }

  @Override
  public @Nullable Limit introduced(Connection connection, boolean check) {
    TransportSocket client = connection.transport();
    if (check) { // the proxy's own: the lists and the limits are about clients
      connection.uncount();
    } else {
      Limit refused = context.admission.admit(connection.seat(), client.remoteAddress());
      if (refused != null) {
        context.admission.giveRateBack();
        tellRefused(client, refused);
        return refused;
      }
      connection.seat().countAddress(client.remoteAddress()); // as at the start of a connection
    }
    count();
    return null;
  }

  @Override
  public void strayed(Connection connection, @Nullable String reason) {
    if (reason != null) {
      tellStrayed(connection.transport(), reason);
    }
  }

  /** Counts a connection whose client is known. */
  private void count() {
    context.accepted.incrementAndGet();
    taken.incrementAndGet();
  }

  /**
   * @param wait for the header of a proxy; null when there is none to wait for
   */
  private void start(Accepted accepted, @Nullable HeaderWait wait, Seat seat) {
    TransportSocket socket = accepted.bare();
    Connection connection = null;
    try {
      socket = wait == null ? accepted.channel().over(socket) : wait;
      seat.at(places);
      connection = new Connection(context, this, socket, seat);
      live.put(connection.id(), connection);
      if (context.admission.entered()) {
        soundAlarm();
      }
      if (!connection.isUnknown()) {
        seat.countAddress(socket.remoteAddress()); // after adding: a change counts those it sees
        count();
      }
      if (stopped) { // looked at after adding: the stop sees the connection, or we see the stop
        connection.shutdown();
      }
      connection.start();
    } catch (
        Throwable cannotStart) { // no memory for a thread, say: that costs this connection only
      if (connection != null) {
        leaves(connection); // a drain may have seen it, or given it up
      }
      seat.free();
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
    leaves(connection);
  }

  private void leaves(Connection connection) {
    if (live.remove(connection.id()) != null) { // an abandoned connection ends later
      context.admission.headcount.leave();
    }
    context.departures.tell();
  }

  private void soundAlarm() {
    int threshold = context.settings().alarm().connections();
    int count = context.admission.headcount.count();
    context.emit(() -> new TelemetryEvent.ConnectionAlarm(context.name(), threshold, count));
  }

  @Override
  public void ended(Connection connection) {
    lingering.add(connection); // first: at no time is it unknown
    leaves(connection);
  }

  @Override
  public void closed(Connection connection) {
    lingering.remove(connection);
    connection.seat().free();
  }

  private void close(TransportSocket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      context.emit(() -> new TelemetryEvent.AcceptFailed(context.name(), acceptor, e));
    }
  }

  /** Counts the addresses of all connections that keep a place, after a change of the settings. */
  void countAddresses() {
    live.values().forEach(ConnectionSupervisor::countAddress);
    lingering.forEach(ConnectionSupervisor::countAddress);
  }

  private static void countAddress(Connection one) {
    if (!one.isUnknown()) {
      one.seat().countAddress(one.transport().remoteAddress());
    }
  }

  /** The live connections, as a view that follows changes. */
  Collection<Connection> live() {
    return Collections.unmodifiableCollection(live.values());
  }

  /** The live connection of that number; null when there is none. */
  @Nullable Connection live(long id) {
    return live.get(id);
  }

  /** Shows each live and each lingering connection to {@code watch}; some perhaps twice. */
  void showOpen(Consumer<Connection> watch) {
    live.values().forEach(watch);
    lingering.forEach(watch);
  }

  long taken() {
    return taken.get();
  }
}
