package io.thousandisland.telemetry;

import org.osgi.annotation.versioning.ConsumerType;

/**
 * Hears what happens in the servers of this framework. Register it as an OSGi service.
 *
 * <p>Thread: whichever the event happens on, a connection's own virtual thread for most; events of
 * one connection come in order, those of several at the same time. Return soon: the server waits.
 *
 * <p>Errors: what a listener throws is reported once to the others as {@link
 * TelemetryEvent.TelemetryListenerFailed}, and harms neither them nor the server.
 */
@ConsumerType
@FunctionalInterface
public interface TelemetryListener {
  void on(TelemetryEvent event);
}
