// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.telemetry;

import org.osgi.annotation.versioning.ConsumerType;

/**
 * A listener for the events of the servers of this framework. Register it as an OSGi service.
 *
 * <p>Thread: the thread on which the event happens, for most events the thread that runs the
 * connection's callbacks. Events of one connection come in order, events of several connections at
 * the same time. Return soon: the server waits. So never wait here for the server, for the result
 * of a drain for example: it may wait for this thread.
 *
 * <p>Errors: anything that a listener throws is reported once to the other listeners as {@link
 * TelemetryEvent.TelemetryListenerFailed}, and harms neither these listeners nor the server.
 */
@ConsumerType
@FunctionalInterface
public interface TelemetryListener {
  void on(TelemetryEvent event);

  /**
   * Whether this listener gets events of this detail. The server asks before it makes each event,
   * so that an event without a listener costs nothing. Return at once, for example whether a log
   * level is on. The answer may change at any time. The default gets every event.
   */
  default boolean hears(Detail detail) {
    return true;
  }
}
