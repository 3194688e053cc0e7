// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.it;

import io.thousandisland.telemetry.TelemetryEvent;
import io.thousandisland.telemetry.TelemetryListener;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.awaitility.Awaitility;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceRegistration;

/** A listener service that collects the events of one server for the length of a test. */
final class Events implements TelemetryListener, AutoCloseable {

  private final String server;
  private final List<TelemetryEvent> heard = new CopyOnWriteArrayList<>();
  private final ServiceRegistration<TelemetryListener> registration;

  Events(BundleContext context, String server) {
    this.server = server;
    // not by the injected context: it keeps the registration, and so all events, until the test
    // ends
    this.registration =
        context.getBundle().getBundleContext().registerService(TelemetryListener.class, this, null);
  }

  @Override
  public void on(TelemetryEvent event) {
    if (event.server().equals(server)) {
      heard.add(event);
    }
  }

  List<TelemetryEvent> heard() {
    return List.copyOf(heard);
  }

  <E extends TelemetryEvent> List<E> of(Class<E> kind) {
    return heard.stream().filter(kind::isInstance).map(kind::cast).toList();
  }

  <E extends TelemetryEvent> E await(Class<E> kind) {
    return Awaitility.await().until(() -> of(kind), all -> !all.isEmpty()).getFirst();
  }

  @Override
  public void close() {
    registration.unregister();
  }
}
