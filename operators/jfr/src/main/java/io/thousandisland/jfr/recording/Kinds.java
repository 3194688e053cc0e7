// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.jfr.recording;

import io.thousandisland.jfr.recording.events.AcceptFailedEvent;
import io.thousandisland.jfr.recording.events.AcceptPausedEvent;
import io.thousandisland.jfr.recording.events.CertificatesEvent;
import io.thousandisland.jfr.recording.events.ConfigurationEvent;
import io.thousandisland.jfr.recording.events.ConnectionAlarmEvent;
import io.thousandisland.jfr.recording.events.ConnectionEvent;
import io.thousandisland.jfr.recording.events.ConnectionRefusedEvent;
import io.thousandisland.jfr.recording.events.DrainEvent;
import io.thousandisland.jfr.recording.events.GenerationEvent;
import io.thousandisland.jfr.recording.events.HandlerFailureEvent;
import io.thousandisland.jfr.recording.events.HandlerUnavailableEvent;
import io.thousandisland.jfr.recording.events.HandshakeEvent;
import io.thousandisland.jfr.recording.events.LimitReachedEvent;
import io.thousandisland.jfr.recording.events.ListenerEvent;
import io.thousandisland.jfr.recording.events.MigrationDeclinedEvent;
import io.thousandisland.jfr.recording.events.MigrationEvent;
import io.thousandisland.jfr.recording.events.OfServer;
import io.thousandisland.jfr.recording.events.RestartEvent;
import io.thousandisland.jfr.recording.events.ServerEvent;
import io.thousandisland.jfr.recording.events.StatusEvent;
import io.thousandisland.jfr.recording.events.WaitedInVainEvent;
import java.util.List;
import java.util.stream.Stream;
import jdk.jfr.EventType;
import jdk.jfr.FlightRecorder;

/**
 * The kinds of events, and whether a recording wants them.
 *
 * <p>Thread: any. A question costs one volatile read for each kind.
 */
final class Kinds {

  /** The kinds that follow each connection. */
  private static final List<Class<? extends OfServer>> OF_CONNECTIONS =
      List.of(ConnectionEvent.class, HandshakeEvent.class, MigrationEvent.class);

  private static final List<Class<? extends OfServer>> OF_SERVERS =
      List.of(
          MigrationDeclinedEvent.class,
          ConnectionRefusedEvent.class,
          HandlerFailureEvent.class,
          StatusEvent.class,
          WaitedInVainEvent.class,
          DrainEvent.class,
          GenerationEvent.class,
          HandlerUnavailableEvent.class,
          ConfigurationEvent.class,
          ListenerEvent.class,
          AcceptPausedEvent.class,
          AcceptFailedEvent.class,
          LimitReachedEvent.class,
          ConnectionAlarmEvent.class,
          RestartEvent.class,
          CertificatesEvent.class);

  private final EventType[] ofConnections;
  private final EventType[] ofServers;

  /** Makes all kinds known to the Flight Recorder. */
  Kinds() {
    all().forEach(FlightRecorder::register);
    this.ofConnections = types(OF_CONNECTIONS);
    this.ofServers = types(OF_SERVERS);
  }

  private static Stream<Class<? extends OfServer>> all() {
    return Stream.of(
            OF_CONNECTIONS, OF_SERVERS, List.<Class<? extends OfServer>>of(ServerEvent.class))
        .flatMap(List::stream);
  }

  private static EventType[] types(List<Class<? extends OfServer>> kinds) {
    return kinds.stream().map(EventType::getEventType).toArray(EventType[]::new);
  }

  boolean anyOfConnections() {
    return anyEnabled(ofConnections);
  }

  boolean anyOfServers() {
    return anyEnabled(ofServers);
  }

  private static boolean anyEnabled(EventType[] types) {
    for (EventType type : types) {
      if (type.isEnabled()) {
        return true;
      }
    }
    return false;
  }

  /** Takes all kinds out of the Flight Recorder. */
  void unregister() {
    all().forEach(FlightRecorder::unregister);
  }
}
