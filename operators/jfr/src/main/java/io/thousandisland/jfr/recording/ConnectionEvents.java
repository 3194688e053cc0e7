// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.jfr.recording;

import io.thousandisland.jfr.recording.events.HandlerFailureEvent;
import io.thousandisland.jfr.recording.events.MigrationDeclinedEvent;
import io.thousandisland.jfr.recording.events.MigrationEvent;
import io.thousandisland.jfr.recording.events.OfConnection;
import io.thousandisland.server.Addresses;
import io.thousandisland.telemetry.Span;
import io.thousandisland.telemetry.TelemetryEvent;

/** The events of a moment in the life of a connection. */
final class ConnectionEvents {
  private ConnectionEvents() {}

  /** The runtime's own failures, in a handshake for example, name no callback: no event. */
  static void handlerFailed(Span span, String callback, Throwable reason) {
    var event = new HandlerFailureEvent();
    if (!callback.isEmpty() && event.shouldCommit()) {
      about(span, event);
      event.callback = callback;
      event.reason = Texts.thrown(reason);
      event.commit();
    }
  }

  static void migrated(TelemetryEvent.ConnectionMigrated migrated) {
    var event = new MigrationEvent();
    if (event.shouldCommit()) {
      about(migrated.span(), event);
      event.from = migrated.from();
      event.to = migrated.to();
      event.waited = Texts.nanos(migrated.waited());
      event.commit();
    }
  }

  static void declined(TelemetryEvent.MigrationDeclined declined) {
    var event = new MigrationDeclinedEvent();
    if (event.shouldCommit()) {
      about(declined.span(), event);
      event.generation = declined.generation();
      event.reason = Texts.thrown(declined.reason());
      event.commit();
    }
  }

  /** Says which connection {@code event} is about. */
  static void about(Span span, OfConnection event) {
    event.server = span.server();
    event.connection = span.connection();
    event.remote = Addresses.text(span.remote());
  }
}
