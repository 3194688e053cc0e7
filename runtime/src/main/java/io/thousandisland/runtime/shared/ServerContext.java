// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.shared;

import io.thousandisland.handler.ServerRef;
import io.thousandisland.runtime.admission.Admission;
import io.thousandisland.runtime.handlers.Generations;
import io.thousandisland.runtime.settings.LimitSettings;
import io.thousandisland.runtime.settings.ServerSettings;
import io.thousandisland.runtime.signals.DeadlineSweeper;
import io.thousandisland.runtime.signals.Departures;
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
 * The parts of one server that every node of its tree may use.
 *
 * <p>Thread: any.
 */
public final class ServerContext {

  public final Telemetry telemetry;
  public final DeadlineSweeper sweeper;
  public final Generations generations;
  public final Admission admission;
  public final MemoryBudget memory;

  /** Makes the threads of acceptors. */
  public final ThreadFactory workers;

  public final Departures departures;
  public final LentThreads lentThreads = new LentThreads();

  /** The server as its handlers see it. */
  public final ServerRef ref = new ServerFacts(this::settings);

  /** The number of the latest connection; connections are numbered from 1. */
  public final AtomicLong ids = new AtomicLong();

  /** Connections accepted so far, without those that ended before their client was known. */
  public final AtomicLong accepted = new AtomicLong();

  private final RuntimeContext runtime;

  /** Replaced as a whole by the server's own thread; any thread reads it when needed. */
  private volatile ServerSettings settings;

  /** As {@link #settings}; the pool of its buffer size. */
  private volatile BufferPool pool;

  /**
   * As {@link #settings}; the name of the transport, and below the lookup of transports to switch
   * to.
   */
  private volatile String transportName = "";

  private volatile Function<String, @Nullable Transport> transports = name -> null;

  public ServerContext(ServerSettings settings, Telemetry telemetry, RuntimeContext runtime) {
    this(settings, telemetry, runtime, new Departures());
  }

  public ServerContext(
      ServerSettings settings, Telemetry telemetry, RuntimeContext runtime, Departures departures) {
    this.departures = departures;
    this.settings = settings;
    this.telemetry = telemetry;
    this.runtime = runtime;
    // objects of an ended generation's handler may be left on lent threads
    this.generations = new Generations(this::name, this::emit, lentThreads::renew);
    this.sweeper = runtime.sweeper();
    this.memory = runtime.memory();
    this.workers = runtime.workers();
    this.admission = new Admission(this::settings, sweeper);
    this.pool = runtime.pool(settings.buffers().read());
  }

  public ServerSettings settings() {
    return settings;
  }

  /**
   * Replaces the settings.
   *
   * @return whether the addresses of the living connections are to be counted again
   */
  public boolean settings(ServerSettings changed) {
    LimitSettings before = settings.limits();
    settings = changed;
    pool = runtime.pool(changed.buffers().read());
    return admission.changed(before); // last: acceptors wake up and read all of it
  }

  /** The restarts that each supervisor of the tree allows. */
  public RestartBudget budget() {
    return settings.restarts().budget();
  }

  public BufferPool pool() {
    return pool;
  }

  public String name() {
    return settings.name();
  }

  public String transportName() {
    return transportName;
  }

  public void transportName(String name) {
    transportName = name;
  }

  /** The transport of that name that a connection may switch to, or null. */
  public @Nullable Transport transport(String name) {
    return transports.apply(name);
  }

  public void transports(Function<String, @Nullable Transport> byName) {
    transports = byName;
  }

  /** Emits the event that {@code event} makes, if a listener hears of servers. */
  public void emit(Supplier<TelemetryEvent> event) {
    emit(Detail.SERVERS, event);
  }

  /**
   * Emits the event that {@code event} makes, if a listener hears such events. Not for the hot
   * path.
   */
  public void emit(Detail detail, Supplier<TelemetryEvent> event) {
    if (telemetry.on(detail)) {
      telemetry.emit(event.get());
    }
  }
}
