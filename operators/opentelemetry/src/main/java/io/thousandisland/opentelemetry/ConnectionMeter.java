// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.opentelemetry;

import io.opentelemetry.api.common.Attributes;
import io.thousandisland.handler.Counters;
import io.thousandisland.server.ConnectionInfo;
import io.thousandisland.server.GenerationInfo;
import io.thousandisland.server.Server;
import io.thousandisland.telemetry.Span;
import io.thousandisland.telemetry.TelemetryEvent;
import java.net.SocketAddress;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The live connections, each with its handler and the bytes that are counted already. A connection
 * that lives for days has its bytes counted at each look, not only at its end.
 *
 * <p>Thread: any. The events of one connection come in order; a look comes at any time.
 */
final class ConnectionMeter {

  /**
   * The peer belongs to it: a server that was deleted may still drain while its successor has its
   * name, and the same numbers.
   */
  private record Key(String server, long connection, SocketAddress remote) {
    static Key of(Span span) {
      return new Key(span.server(), span.connection(), span.remote());
    }

    static Key of(Server server, ConnectionInfo info) {
      return new Key(server.name(), info.id(), info.remote());
    }
  }

  private record Binding(String server, int generation) {}

  /** One connection. Guarded by itself. */
  private static final class Live {
    String handler;
    long received;
    long sent;
    boolean ended;

    /** Looks that did not find it. Its end was not heard when there are two in a row. */
    int missed;

    Live(String handler) {
      this.handler = handler;
    }
  }

  /** The handler of a connection that has not met one. */
  private static final String NONE = "";

  private final Map<Key, Live> live = new ConcurrentHashMap<>();
  private final Map<Binding, String> handlers = new ConcurrentHashMap<>();
  private final Totals bytes = new Totals();

  Totals bytes() {
    return bytes;
  }

  /** Takes over the connections that {@code server} has already. */
  void add(Server server) {
    server.info().generations().forEach(generation -> bound(server.name(), generation));
    for (ConnectionInfo connection : server.connections()) {
      live.putIfAbsent(
          Key.of(server, connection), new Live(handler(server.name(), connection.generation())));
    }
  }

  void bound(String server, GenerationInfo generation) {
    handlers.put(new Binding(server, generation.number()), generation.handler());
  }

  /**
   * @param servers all that there are: the successor of a server that was deleted may have a
   *     generation of the same name and number
   */
  void ended(String server, GenerationInfo generation, Collection<Server> servers) {
    servers.stream()
        .filter(each -> each.name().equals(server))
        .flatMap(each -> each.info().generations().stream())
        .filter(each -> each.number() == generation.number())
        .findFirst()
        .ifPresentOrElse(
            other -> bound(server, other),
            () -> handlers.remove(new Binding(server, generation.number())));
  }

  private String handler(String server, int generation) {
    return handlers.getOrDefault(new Binding(server, generation), NONE);
  }

  void started(Span span) {
    live.put(Key.of(span), new Live(NONE));
  }

  /** The connection is served by {@code generation} from now on; returns its handler. */
  String served(Span span, int generation) {
    String handler = handler(span.server(), generation);
    Live connection = live.get(Key.of(span));
    if (connection != null) {
      synchronized (connection) {
        connection.handler = handler;
      }
    }
    return handler;
  }

  /** The handler of a live connection. */
  String handler(Span span) {
    Live connection = live.get(Key.of(span));
    if (connection == null) {
      return NONE;
    }
    synchronized (connection) {
      return connection.handler;
    }
  }

  /** Counts the last bytes of a connection; returns its handler. */
  String stopped(TelemetryEvent.ConnectionStopped stopped) {
    Live connection = live.remove(Key.of(stopped.span()));
    if (connection == null) {
      return NONE;
    }
    synchronized (connection) {
      count(stopped.server(), connection, stopped.counters());
      connection.ended = true;
      return connection.handler;
    }
  }

  /** Counts the bytes of all connections up to now. */
  void look(List<Server> servers) {
    live.values().forEach(ConnectionMeter::miss);
    for (Server server : servers) {
      for (ConnectionInfo info : server.connections()) {
        Live connection = live.get(Key.of(server, info));
        if (connection != null) {
          found(server.name(), connection, info.counters());
        }
      }
    }
    live.values().removeIf(ConnectionMeter::isGone);
  }

  private static void miss(Live connection) {
    synchronized (connection) {
      connection.missed++;
    }
  }

  private void found(String server, Live connection, Counters counters) {
    synchronized (connection) {
      connection.missed = 0;
      if (!connection.ended) {
        count(server, connection, counters);
      }
    }
  }

  private static boolean isGone(Live connection) {
    synchronized (connection) {
      return connection.missed > 1;
    }
  }

  /** Called with the lock of {@code connection}. */
  private void count(String server, Live connection, Counters counters) {
    bytes.add(
        direction(server, connection, "receive"), counters.bytesReceived() - connection.received);
    bytes.add(direction(server, connection, "transmit"), counters.bytesSent() - connection.sent);
    connection.received = counters.bytesReceived();
    connection.sent = counters.bytesSent();
  }

  private static Attributes direction(String server, Live connection, String direction) {
    return Attributes.of(
        Keys.SERVER, server, Keys.HANDLER, connection.handler, Keys.DIRECTION, direction);
  }
}
