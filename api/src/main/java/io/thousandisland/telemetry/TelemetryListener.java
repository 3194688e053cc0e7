package io.thousandisland.telemetry;

import org.osgi.annotation.versioning.ConsumerType;

/**
 * Hears what happens in the servers of this framework. Register it as an OSGi service.
 *
 * <p>Thread: whichever the event happens on, for most the one that runs the connection's callbacks;
 * events of one connection come in order, those of several at the same time. Return soon: the
 * server waits.
 *
 * <p>Errors: what a listener throws is reported once to the others as {@link
 * TelemetryEvent.TelemetryListenerFailed}, and harms neither them nor the server.
 */
@ConsumerType
@FunctionalInterface
public interface TelemetryListener {
  void on(TelemetryEvent event);

  /**
   * Whether events of this detail are told to this listener. Asked before each one is made, so that
   * what nobody hears costs nothing: return at once, for example whether a log level is on. The
   * answer may change at any time. The default hears everything.
   */
  default boolean hears(Detail detail) {
    return true;
  }
}
