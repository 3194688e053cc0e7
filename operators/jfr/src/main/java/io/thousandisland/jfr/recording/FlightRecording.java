// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.jfr.recording;

import io.thousandisland.jfr.Recorder;
import io.thousandisland.server.Server;
import io.thousandisland.telemetry.Detail;
import io.thousandisland.telemetry.Ending;
import io.thousandisland.telemetry.TelemetryEvent;

/**
 * The recorder: it makes an event of each telemetry event that a recording wants.
 *
 * <p>Thread: any.
 */
public final class FlightRecording implements Recorder {

  private final Kinds kinds = new Kinds();
  private final Snapshots snapshots = new Snapshots();
  private final OpenConnections open = new OpenConnections();

  public FlightRecording() {
    snapshots.start();
  }

  @Override
  public void add(Server server) {
    snapshots.add(server);
  }

  @Override
  public void remove(Server server) {
    snapshots.remove(server);
    open.forget(name -> !snapshots.has(name));
  }

  @Override
  public boolean hears(Detail detail) {
    return switch (detail) {
      case SERVERS -> kinds.anyOfServers() || hears(Detail.CONNECTIONS);
      case CONNECTIONS -> kinds.anyOfConnections() || !open.isEmpty();
      case TRAFFIC -> false;
    };
  }

  @Override
  public void on(TelemetryEvent event) {
    if (event instanceof TelemetryEvent.OfConnection ofConnection) {
      onConnection(ofConnection);
    } else if (kinds.anyOfServers()) {
      ServerEvents.record(event);
    }
  }

  private void onConnection(TelemetryEvent.OfConnection event) {
    switch (event) {
      case TelemetryEvent.ConnectionStarted e -> {
        if (kinds.anyOfConnections()) {
          open.started(e.span());
        }
      }
      case TelemetryEvent.ConnectionReady e -> open.ready(e);
      case TelemetryEvent.ConnectionStopped e -> {
        open.stopped(e);
        if (e.ending() instanceof Ending.Failed failed && failed.thrown()) {
          ConnectionEvents.handlerFailed(e.span(), failed.callback(), failed.reason());
        }
      }
      case TelemetryEvent.HandlerThrew e ->
          ConnectionEvents.handlerFailed(e.span(), e.callback(), e.reason());
      case TelemetryEvent.ConnectionMigrated e -> {
        open.migrated(e);
        ConnectionEvents.migrated(e);
      }
      case TelemetryEvent.MigrationDeclined e -> ConnectionEvents.declined(e);
      // seen in the connection's counters and its ending
      case TelemetryEvent.Received e -> {}
      case TelemetryEvent.ReceiveFailed e -> {}
      case TelemetryEvent.Sent e -> {}
      case TelemetryEvent.SendFailed e -> {}
      case TelemetryEvent.MessageDropped e -> {}
    }
  }

  @Override
  public void close() {
    snapshots.stop();
    kinds.unregister();
  }
}
