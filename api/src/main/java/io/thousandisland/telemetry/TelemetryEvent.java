// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.telemetry;

import io.thousandisland.handler.Counters;
import io.thousandisland.server.Drained;
import io.thousandisland.server.GenerationInfo;
import io.thousandisland.server.Limit;
import io.thousandisland.server.Status;
import java.net.SocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/** An event that happened in a server, or in a transport that servers share. */
public sealed interface TelemetryEvent {

  /** Name of the server in which the event happened; for an event of a transport, its name. */
  String server();

  /** The detail that this event belongs to. */
  default Detail detail() {
    return Detail.SERVERS;
  }

  /** An event of one connection. */
  sealed interface OfConnection extends TelemetryEvent {
    Span span();

    @Override
    default String server() {
      return span().server();
    }

    @Override
    default Detail detail() {
      return Detail.CONNECTIONS;
    }
  }

  // ---- server

  /**
   * The server has another status, or another reason to be WAITING or FAILED.
   *
   * @param reason in words for an operator; empty for RUNNING
   */
  record StatusChanged(String server, Status from, Status to, String reason)
      implements TelemetryEvent {}

  /**
   * The server is ready for connections from now on, or no more. It is not ready while it drains as
   * a lame duck, although it still accepts.
   */
  record ReadinessChanged(String server, boolean ready) implements TelemetryEvent {}

  /**
   * No handler, or no transport, came within the handler wait, and the port is closed. Reported
   * once for each absence.
   *
   * @param reason what the server waits for, in words for an operator
   * @param waited the configured wait
   * @param closed how many connections were closed because no handler came
   */
  record WaitedInVain(String server, String reason, Duration waited, int closed)
      implements TelemetryEvent {}

  /**
   * The server runs on its old configuration.
   *
   * @param reason names the key, the value and the allowed values
   */
  record ConfigurationRefused(String server, String reason) implements TelemetryEvent {}

  /** A configuration is in force, after the previous one was refused. */
  record ConfigurationAccepted(String server) implements TelemetryEvent {}

  /**
   * The configuration is in force with other values than its own, or than the defaults.
   *
   * @param what names the values and the reason, and says how to get other values
   */
  record ConfigurationAdjusted(String server, String what) implements TelemetryEvent {}

  /** A drain of the server, of one acceptor or of one generation is over. */
  record DrainEnded(String server, String what, Drained result) implements TelemetryEvent {}

  // ---- transports

  /**
   * A transport shows these certificates to new clients from now on.
   *
   * @param server the transport's name
   * @param certificates their subjects and files, in words
   * @param expires when the first of them does
   */
  record CertificatesInUse(String server, List<String> certificates, Instant expires)
      implements TelemetryEvent {
    public CertificatesInUse {
      certificates = List.copyOf(certificates);
    }
  }

  /**
   * A transport was given files or a configuration that it cannot use.
   *
   * @param server the transport's name
   * @param reason names the key, the file or value, and what is wrong
   * @param served whether it goes on with what it had before; otherwise it serves nobody
   */
  record CertificatesRefused(String server, String reason, boolean served)
      implements TelemetryEvent {}

  /**
   * A certificate in use will have to be replaced: it expires soon, for example.
   *
   * @param server the transport's name
   */
  record CertificateWarning(String server, String what) implements TelemetryEvent {}

  // ---- listener

  /**
   * The server listens at one of its addresses.
   *
   * @param listen the address as the configuration writes it, see {@link
   *     io.thousandisland.server.ListenerInfo#listen}
   * @param channels how many listening channels were opened at {@code address}
   * @param failed whether an earlier try to listen failed
   */
  record ListenerStarted(
      String server, String listen, SocketAddress address, int channels, boolean failed)
      implements TelemetryEvent {}

  /**
   * The server listens no more at one of its addresses.
   *
   * @param listen as in {@link ListenerStarted}
   * @param lasted how long it listened
   */
  record ListenerStopped(String server, String listen, SocketAddress address, Duration lasted)
      implements TelemetryEvent {}

  /**
   * The server could not listen at one of its addresses.
   *
   * @param listen as in {@link ListenerStarted}
   * @param retryIn when it is tried again; zero when a channel could not be closed
   */
  record ListenFailed(String server, String listen, Throwable reason, Duration retryIn)
      implements TelemetryEvent {}

  // ---- acceptors

  record AcceptorStarted(String server, int acceptor) implements TelemetryEvent {}

  /**
   * An acceptor has ended.
   *
   * @param connections how many connections it took in its life
   */
  record AcceptorStopped(String server, int acceptor, long connections, Duration lasted)
      implements TelemetryEvent {}

  /** One connection could not be accepted; the acceptor goes on. */
  record AcceptFailed(String server, int acceptor, Throwable reason) implements TelemetryEvent {}

  /** The process is out of file descriptors; the acceptor tries again after {@code pause}. */
  record AcceptPaused(String server, int acceptor, Throwable reason, Duration pause)
      implements TelemetryEvent {}

  /**
   * A limit is reached: further clients wait in the kernel's backlog.
   *
   * @param value the limit, as configured
   */
  record LimitReached(String server, int acceptor, Limit limit, int value)
      implements TelemetryEvent {}

  /**
   * A connection was closed right after its accept.
   *
   * @param because the limit that was reached, or does not let the address in
   * @param value the limit, as configured; 0 for {@link Limit#ACCESS}
   */
  record ConnectionRefused(
      String server, int acceptor, SocketAddress remote, Limit because, int value)
      implements TelemetryEvent {}

  /**
   * A connection was closed because of the header of the PROXY protocol that it was to begin with.
   * No handler has heard of it. Counted as refused by {@link Limit#PROXY}.
   *
   * @param remote the peer's own address
   * @param reason words that go on after "the connection was refused:"; they contain no bytes of
   *     the peer
   */
  record ProxyHeaderRefused(String server, int acceptor, SocketAddress remote, String reason)
      implements TelemetryEvent {}

  /**
   * There are many live connections ({@code alarmConnections}). Told once in each {@code
   * alarmCooldown}.
   *
   * @param threshold as configured
   * @param connections how many there are
   */
  record ConnectionAlarm(String server, int threshold, int connections) implements TelemetryEvent {}

  // ---- connections

  record ConnectionStarted(Span span) implements OfConnection {}

  /**
   * The handshake is done, the handler takes over.
   *
   * @param handshake how long it took
   */
  record ConnectionReady(Span span, int generation, Duration handshake) implements OfConnection {}

  /**
   * A connection has ended.
   *
   * @param counters exact, however the connection ended
   */
  record ConnectionStopped(Span span, Ending ending, Counters counters, Duration lasted)
      implements OfConnection {

    /** A throwable of a handler concerns the operator of the server. */
    @Override
    public Detail detail() {
      return ending instanceof Ending.Failed failed && failed.thrown()
          ? Detail.SERVERS
          : Detail.CONNECTIONS;
    }
  }

  record Received(Span span, long bytes) implements OfConnection {
    @Override
    public Detail detail() {
      return Detail.TRAFFIC;
    }
  }

  record ReceiveFailed(Span span, Throwable reason) implements OfConnection {}

  record Sent(Span span, long bytes) implements OfConnection {
    @Override
    public Detail detail() {
      return Detail.TRAFFIC;
    }
  }

  /**
   * A send failed.
   *
   * @param bytes how many bytes the kernel had taken by then
   */
  record SendFailed(Span span, long bytes, Throwable reason) implements OfConnection {}

  /**
   * The terminal callback threw; the connection ended as it would have otherwise.
   *
   * @param callback the callback's name; empty when the failure was the runtime's own
   */
  record HandlerThrew(Span span, String callback, Throwable reason) implements OfConnection {
    @Override
    public Detail detail() {
      return Detail.SERVERS;
    }
  }

  /**
   * The handler takes no such messages.
   *
   * @param type class name of the message
   */
  record MessageDropped(Span span, String type) implements OfConnection {}

  /**
   * A connection went on with another handler.
   *
   * @param from number of the generation that the connection left
   * @param to number of the generation that the connection is in now
   * @param waited how long the connection was without a handler
   */
  record ConnectionMigrated(Span span, int from, int to, Duration waited) implements OfConnection {}

  /**
   * A connection could not go on with another handler, and is drained.
   *
   * @param generation number of the generation that declined
   * @param reason the throwable of its handler, or a description of the fault in the state that the
   *     handler gave away
   */
  record MigrationDeclined(Span span, int generation, Throwable reason) implements OfConnection {
    @Override
    public Detail detail() {
      return Detail.SERVERS;
    }
  }

  // ---- handlers

  record HandlerBound(String server, GenerationInfo generation) implements TelemetryEvent {}

  /**
   * A handler service matches, but cannot be obtained. The next best handler serves meanwhile.
   *
   * @param handler its name, version and bundle
   * @param reason the failure of its component, as far as it is known
   * @param retryIn when it is tried again
   */
  record HandlerUnavailable(String server, String handler, String reason, Duration retryIn)
      implements TelemetryEvent {}

  /**
   * A handler that could not be obtained is no problem any more.
   *
   * @param handler its name, version and bundle
   * @param obtained true when the handler was obtained, false when it has gone or another handler
   *     is preferred
   */
  record HandlerRecovered(String server, String handler, boolean obtained)
      implements TelemetryEvent {}

  /** The handler's service is going away, or a better service took its place. */
  record HandlerUnbound(String server, GenerationInfo generation) implements TelemetryEvent {}

  /** No connection of the generation is left. */
  record GenerationEnded(String server, GenerationInfo generation) implements TelemetryEvent {}

  // ---- supervision

  /** A node crashed and was started again. */
  record Restarted(String server, String node, Throwable reason) implements TelemetryEvent {}

  /** A supervisor gave up; the failure goes to the supervisor above. */
  record RestartBudgetExhausted(String server, String supervisor, Throwable reason)
      implements TelemetryEvent {}

  /** A telemetry listener threw. Only the first failure of a listener is reported. */
  record TelemetryListenerFailed(String server, String listener, Throwable reason)
      implements TelemetryEvent {}
}
