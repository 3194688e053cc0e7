// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.opentelemetry;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.BatchCallback;
import io.opentelemetry.api.metrics.Meter;
import io.opentelemetry.api.metrics.ObservableLongMeasurement;
import io.thousandisland.server.GenerationInfo;
import io.thousandisland.server.Limit;
import io.thousandisland.server.Server;
import io.thousandisland.server.ServerInfo;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The metrics that are looked up when somebody reads: snapshots of the servers, and sums that grow
 * by what has happened since the last look.
 *
 * <p>Thread: any; reads on a thread of the SDK.
 */
final class ServerMeter implements AutoCloseable {

  /** A server, and what of it is in the sums already. Guarded by itself. */
  private static final class Watched {
    final Server server;
    long accepted;
    final Map<Limit, Long> refused = new EnumMap<>(Limit.class);

    Watched(Server server) {
      this.server = server;
    }
  }

  private final ConnectionMeter connections;
  private final Map<Server, Watched> watched = new ConcurrentHashMap<>();
  private final Totals accepted = new Totals();
  private final Totals refused = new Totals();

  private final ObservableLongMeasurement active;
  private final ObservableLongMeasurement most;
  private final ObservableLongMeasurement ready;
  private final ObservableLongMeasurement drains;
  private final ObservableLongMeasurement timeLeft;
  private final ObservableLongMeasurement acceptedCounter;
  private final ObservableLongMeasurement refusedCounter;
  private final ObservableLongMeasurement bytes;
  private final BatchCallback callback;

  ServerMeter(Meter meter, ConnectionMeter connections) {
    this.connections = connections;
    active = level(meter, "thousandisland.active_connections", "{connection}", "Live connections");
    most =
        level(
            meter,
            "thousandisland.connection_limit",
            "{connection}",
            "The most connections that may be live");
    drains = level(meter, "thousandisland.active_drains", "{drain}", "Drains under way");
    ready =
        gauge(
            meter,
            "thousandisland.ready",
            "1",
            "1 while the server is ready for connections, else 0");
    timeLeft =
        gauge(
            meter,
            "thousandisland.certificate.time_left",
            "s",
            "Time until a certificate, or one of its chain, expires; negative afterwards");
    acceptedCounter =
        sum(
            meter,
            "thousandisland.accepted_connections",
            "{connection}",
            "Connections that were accepted");
    refusedCounter =
        sum(
            meter,
            "thousandisland.rejected_connections",
            "{connection}",
            "Connections that were refused because of a limit");
    bytes = sum(meter, "thousandisland.io", "By", "Bytes received from peers and sent to them");
    callback =
        meter.batchCallback(
            this::observe,
            active,
            most,
            drains,
            ready,
            timeLeft,
            acceptedCounter,
            refusedCounter,
            bytes);
  }

  private static ObservableLongMeasurement level(
      Meter meter, String name, String unit, String description) {
    return meter
        .upDownCounterBuilder(name)
        .setUnit(unit)
        .setDescription(description)
        .buildObserver();
  }

  private static ObservableLongMeasurement gauge(
      Meter meter, String name, String unit, String description) {
    return meter
        .gaugeBuilder(name)
        .ofLongs()
        .setUnit(unit)
        .setDescription(description)
        .buildObserver();
  }

  private static ObservableLongMeasurement sum(
      Meter meter, String name, String unit, String description) {
    return meter.counterBuilder(name).setUnit(unit).setDescription(description).buildObserver();
  }

  void add(Server server) {
    watched.put(server, new Watched(server));
  }

  List<Server> all() {
    return List.copyOf(watched.keySet());
  }

  /** Adds what has happened since the last look. */
  void remove(Server server) {
    Watched gone = watched.remove(server);
    if (gone != null) {
      sum(gone, server.info());
    }
  }

  private void observe() {
    connections.look(all());
    // a server that is deleted may still drain while its successor has its name
    var levels = new HashMap<ObservableLongMeasurement, Map<Attributes, Long>>();
    var expiries = new HashMap<Attributes, Instant>();
    for (Watched each : watched.values()) {
      ServerInfo info = each.server.info();
      sum(each, info);
      Attributes server = Attributes.of(Keys.SERVER, info.name());
      add(levels, most, server, info.maxConnections());
      add(levels, drains, server, each.server.drains().size());
      add(levels, ready, server, info.ready() ? 1 : 0);
      Expiries.of(info.transportFacts())
          .forEach(
              (name, until) ->
                  expiries.merge(
                      Attributes.of(Keys.SERVER, info.name(), Keys.CERTIFICATE, name),
                      until,
                      (a, b) -> a.isBefore(b) ? a : b));
      for (GenerationInfo generation : info.generations()) {
        add(
            levels,
            active,
            Attributes.of(Keys.SERVER, info.name(), Keys.HANDLER, generation.handler()),
            generation.connections());
      }
    }
    levels.forEach(
        (measurement, values) ->
            values.forEach((attributes, value) -> measurement.record(value, attributes)));
    Instant now = Instant.now();
    expiries.forEach(
        (attributes, until) ->
            timeLeft.record(Duration.between(now, until).toSeconds(), attributes));
    accepted.observe(acceptedCounter);
    refused.observe(refusedCounter);
    connections.bytes().observe(bytes);
  }

  private static void add(
      Map<ObservableLongMeasurement, Map<Attributes, Long>> levels,
      ObservableLongMeasurement measurement,
      Attributes attributes,
      long value) {
    levels.computeIfAbsent(measurement, key -> new HashMap<>()).merge(attributes, value, Long::sum);
  }

  private void sum(Watched each, ServerInfo info) {
    synchronized (each) {
      accepted.add(Attributes.of(Keys.SERVER, info.name()), info.accepted() - each.accepted);
      each.accepted = info.accepted();
      info.refused()
          .forEach(
              (limit, count) -> {
                Long before = each.refused.put(limit, count);
                refused.add(
                    Attributes.of(Keys.SERVER, info.name(), Keys.LIMIT, limit.key()),
                    count - (before == null ? 0 : before));
              });
    }
  }

  @Override
  public void close() {
    callback.close();
  }
}
