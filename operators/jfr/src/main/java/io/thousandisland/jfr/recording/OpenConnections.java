// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.jfr.recording;

import io.thousandisland.handler.Counters;
import io.thousandisland.jfr.recording.events.ConnectionEvent;
import io.thousandisland.jfr.recording.events.HandshakeEvent;
import io.thousandisland.telemetry.Ending;
import io.thousandisland.telemetry.Span;
import io.thousandisland.telemetry.TelemetryEvent;
import java.net.SocketAddress;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The connections that began while something recorded, each with the events that last as long as it
 * does.
 *
 * <p>Thread: any. The events of one connection come in order.
 */
final class OpenConnections {

  /**
   * The peer belongs to it: a server that was deleted may still drain while its successor has its
   * name, and the same numbers.
   */
  private record Key(String server, long connection, SocketAddress remote) {
    static Key of(Span span) {
      return new Key(span.server(), span.connection(), span.remote());
    }
  }

  /** The events of one open connection. Touched only by the thread that tells of it. */
  private static final class Open {
    final ConnectionEvent connection = new ConnectionEvent();

    /** Null when the handshake is over. */
    @Nullable HandshakeEvent handshake = new HandshakeEvent();

    Open() {
      connection.begin();
      if (handshake != null) {
        handshake.begin();
      }
    }
  }

  private final Map<Key, Open> open = new ConcurrentHashMap<>();

  boolean isEmpty() {
    return open.isEmpty();
  }

  void started(Span span) {
    open.put(Key.of(span), new Open());
  }

  void ready(TelemetryEvent.ConnectionReady ready) {
    Open begun = open.get(Key.of(ready.span()));
    if (begun != null) {
      begun.connection.generation = ready.generation();
      begun.connection.handshake = Texts.nanos(ready.handshake());
      commit(begun.handshake, ready.span(), null);
      begun.handshake = null;
    }
  }

  void migrated(TelemetryEvent.ConnectionMigrated migrated) {
    Open begun = open.get(Key.of(migrated.span()));
    if (begun != null) {
      begun.connection.generation = migrated.to();
    }
  }

  /** A connection that began before the recording did has an event without a duration. */
  void stopped(TelemetryEvent.ConnectionStopped stopped) {
    Open begun = open.remove(Key.of(stopped.span()));
    Ending.@Nullable Failed failed =
        stopped.ending() instanceof Ending.Failed failure ? failure : null;
    if (begun != null && failed != null && failed.callback().isEmpty()) {
      commit(begun.handshake, stopped.span(), Texts.thrown(failed.reason()));
    }
    commit(begun == null ? new ConnectionEvent() : begun.connection, stopped, failed);
  }

  /** Forgets the connections of servers that have gone. */
  void forget(Predicate<String> gone) {
    open.keySet().removeIf(key -> gone.test(key.server()));
  }

  private static void commit(@Nullable HandshakeEvent event, Span span, @Nullable String failure) {
    if (event != null) {
      event.end();
      if (event.shouldCommit()) {
        ConnectionEvents.about(span, event);
        event.failure = failure;
        event.commit();
      }
    }
  }

  private static void commit(
      ConnectionEvent event,
      TelemetryEvent.ConnectionStopped stopped,
      Ending.@Nullable Failed failed) {
    event.end();
    if (event.shouldCommit()) {
      Span span = stopped.span();
      Counters counters = stopped.counters();
      ConnectionEvents.about(span, event);
      event.acceptor = span.acceptor();
      event.label = span.label();
      event.ending = Texts.ending(stopped.ending());
      event.reason = failed == null ? null : Texts.thrown(failed.reason());
      event.lasted = Texts.nanos(stopped.lasted());
      event.bytesReceived = counters.bytesReceived();
      event.receives = counters.receives();
      event.bytesSent = counters.bytesSent();
      event.sends = counters.sends();
      event.commit();
    }
  }
}
