// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.opentelemetry;

import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.AttributesBuilder;
import io.opentelemetry.api.metrics.Meter;
import io.thousandisland.server.Drained;
import io.thousandisland.server.Server;
import io.thousandisland.telemetry.Detail;
import io.thousandisland.telemetry.Ending;
import io.thousandisland.telemetry.Span;
import io.thousandisland.telemetry.TelemetryEvent;
import io.thousandisland.telemetry.TelemetryListener;
import java.time.Duration;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;

/**
 * The listener that counts the events of all servers with the {@link OpenTelemetry} service. While
 * there is no such service there is no listener either.
 *
 * <p>Thread: any.
 */
@Component
public final class MetricsListener implements TelemetryListener {

  private final Instruments instruments;
  private final ConnectionMeter connections = new ConnectionMeter();
  private final ServerMeter servers;

  @Activate
  public MetricsListener(
      @Reference(policyOption = ReferencePolicyOption.GREEDY) OpenTelemetry telemetry) {
    Meter meter = telemetry.getMeter("io.thousandisland");
    this.instruments = new Instruments(meter);
    this.servers = new ServerMeter(meter, connections);
  }

  @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
  void bindServer(Server server) {
    connections.add(server);
    servers.add(server);
  }

  void unbindServer(Server server) {
    servers.remove(server);
  }

  @Deactivate
  void close() {
    servers.close();
  }

  @Override
  public boolean hears(Detail detail) {
    return detail != Detail.TRAFFIC;
  }

  @Override
  public void on(TelemetryEvent event) {
    switch (event) {
      case TelemetryEvent.ConnectionStarted e -> connections.started(e.span());
      case TelemetryEvent.ConnectionReady e -> {
        String unused = connections.served(e.span(), e.generation());
        instruments.handshake.record(seconds(e.handshake()), of(e).build());
      }
      case TelemetryEvent.ConnectionStopped e -> stopped(e);
      case TelemetryEvent.ConnectionMigrated e ->
          instruments.migration.record(
              seconds(e.waited()),
              of(e).put(Keys.HANDLER, connections.served(e.span(), e.to())).build());
      case TelemetryEvent.MigrationDeclined e -> instruments.declined.add(1, of(e).build());
      case TelemetryEvent.HandlerThrew e ->
          handlerFailed(e.span(), connections.handler(e.span()), e.callback(), e.reason());
      case TelemetryEvent.HandlerBound e -> connections.bound(e.server(), e.generation());
      case TelemetryEvent.GenerationEnded e ->
          connections.ended(e.server(), e.generation(), servers.all());
      case TelemetryEvent.DrainEnded e -> drained(e, e.result());
      case TelemetryEvent.Restarted e -> instruments.restarts.add(1, of(e).build());
      case TelemetryEvent.AcceptFailed e ->
          instruments.acceptFailures.add(1, error(of(e), e.reason()).build());
      case TelemetryEvent.AcceptPaused e ->
          instruments.acceptFailures.add(1, error(of(e), e.reason()).build());
      case TelemetryEvent.ListenFailed e ->
          instruments.listenFailures.add(1, error(of(e), e.reason()).build());
      default -> {} // seen in the snapshots of the servers, or no figure
    }
  }

  private void stopped(TelemetryEvent.ConnectionStopped stopped) {
    String handler = connections.stopped(stopped);
    AttributesBuilder facts =
        of(stopped).put(Keys.HANDLER, handler).put(Keys.ENDING, Endings.name(stopped.ending()));
    if (stopped.ending() instanceof Ending.Failed failed) {
      error(facts, failed.reason());
      if (failed.thrown()) {
        handlerFailed(stopped.span(), handler, failed.callback(), failed.reason());
      }
    }
    instruments.connection.record(seconds(stopped.lasted()), facts.build());
  }

  /** Failures of the runtime or the transport, in a handshake for example, name no callback. */
  private void handlerFailed(Span span, String handler, String callback, Throwable reason) {
    if (!callback.isEmpty()) {
      instruments.handlerErrors.add(
          1,
          error(Attributes.builder(), reason)
              .put(Keys.SERVER, span.server())
              .put(Keys.HANDLER, handler)
              .put(Keys.CALLBACK, callback)
              .build());
    }
  }

  private void drained(TelemetryEvent event, Drained result) {
    instruments.drain.record(seconds(result.took()), of(event).build());
    drained(event, "migrated", result.migrated());
    drained(event, "graceful", result.graceful());
    drained(event, "forced", result.forced());
  }

  private void drained(TelemetryEvent event, String result, int connections) {
    if (connections > 0) {
      instruments.drained.add(connections, of(event).put(Keys.DRAIN_RESULT, result).build());
    }
  }

  private static AttributesBuilder of(TelemetryEvent event) {
    return Attributes.builder().put(Keys.SERVER, event.server());
  }

  private static AttributesBuilder error(AttributesBuilder facts, Throwable reason) {
    return facts.put(Keys.ERROR_TYPE, reason.getClass().getName());
  }

  private static double seconds(Duration duration) {
    return duration.toNanos() / 1e9;
  }
}
