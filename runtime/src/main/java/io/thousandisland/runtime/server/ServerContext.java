package io.thousandisland.runtime.server;

import io.thousandisland.runtime.supervision.RestartBudget;
import io.thousandisland.telemetry.Detail;
import io.thousandisland.telemetry.TelemetryEvent;
import io.thousandisland.transport.Transport;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What every node of one server's tree may look at.
 *
 * <p>Thread: any.
 */
final class ServerContext {

  final Telemetry telemetry;
  final DeadlineSweeper sweeper;
  final Handlers handlers = new Handlers();
  final Permits permits;
  final MemoryBudget memory;

  /** Makes the threads of acceptors. */
  final ThreadFactory workers;

  final Departures departures;
  final Lenders lenders = new Lenders();

  /** Numbers connections, from 1; also says how many were accepted. */
  final AtomicLong accepted = new AtomicLong();

  private final Engine engine;

  /** Replaced as a whole by the server's own thread; everybody reads it when needed. */
  private volatile ServerSettings settings;

  /** As {@link #settings}; the pool of its buffer size. */
  private volatile BufferPool pool;

  /** As {@link #settings}; name of the transport, and where others are found to switch to. */
  private volatile String transportName = "";

  private volatile Function<String, @Nullable Transport> transports = name -> null;

  ServerContext(ServerSettings settings, Telemetry telemetry, Engine engine) {
    this(settings, telemetry, engine, new Departures());
  }

  ServerContext(
      ServerSettings settings, Telemetry telemetry, Engine engine, Departures departures) {
    this.departures = departures;
    this.settings = settings;
    this.telemetry = telemetry;
    this.engine = engine;
    this.sweeper = engine.sweeper();
    this.memory = engine.memory();
    this.workers = engine.workers();
    this.permits = new Permits(settings.limits().maxConnections());
    this.pool = engine.pool(settings.buffers().read());
  }

  ServerSettings settings() {
    return settings;
  }

  void settings(ServerSettings changed) {
    settings = changed;
    pool = engine.pool(changed.buffers().read());
    permits.limit(changed.limits().maxConnections()); // last: acceptors wake up and look at all
  }

  /** What each supervisor of the tree allows. */
  RestartBudget budget() {
    return settings.restarts().budget();
  }

  BufferPool pool() {
    return pool;
  }

  String name() {
    return settings.name();
  }

  String transportName() {
    return transportName;
  }

  void transportName(String name) {
    transportName = name;
  }

  /** The transport of that name that a connection may switch to, or null. */
  @Nullable Transport transport(String name) {
    return transports.apply(name);
  }

  void transports(Function<String, @Nullable Transport> byName) {
    transports = byName;
  }

  /** Emits what {@code event} makes, if anybody hears of servers. */
  void emit(Supplier<TelemetryEvent> event) {
    emit(Detail.SERVERS, event);
  }

  /** Emits what {@code event} makes, if anybody hears such. Not for the hot path. */
  void emit(Detail detail, Supplier<TelemetryEvent> event) {
    if (telemetry.on(detail)) {
      telemetry.emit(event.get());
    }
  }
}
