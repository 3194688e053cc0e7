// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.jfr;

import io.thousandisland.server.Server;
import io.thousandisland.telemetry.Detail;
import io.thousandisland.telemetry.TelemetryEvent;
import io.thousandisland.telemetry.TelemetryListener;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;

/**
 * The listener that makes the events of all servers events of the JDK Flight Recorder. While
 * nothing records, it hears nothing, so the servers make no events for it.
 *
 * <p>Thread: any.
 */
@Component
public final class FlightRecorderListener implements TelemetryListener {

  private final Recorder recorder;

  @Activate
  public FlightRecorderListener() {
    this.recorder = RecorderLoader.recorder();
  }

  @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
  void bindServer(Server server) {
    recorder.add(server);
  }

  void unbindServer(Server server) {
    recorder.remove(server);
  }

  @Override
  public boolean hears(Detail detail) {
    return recorder.hears(detail);
  }

  @Override
  public void on(TelemetryEvent event) {
    recorder.on(event);
  }

  @Deactivate
  void close() {
    recorder.close();
  }
}
