package io.thousandisland.telemetry;

import io.thousandisland.handler.Counters;
import io.thousandisland.server.Drained;
import io.thousandisland.server.GenerationInfo;
import io.thousandisland.server.Status;
import java.net.SocketAddress;
import java.time.Duration;

/** Something that happened in a server. */
public sealed interface TelemetryEvent {

  /** Name of the server it happened in. */
  String server();

  /** Who should hear it. */
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
   * Another status, or another reason to be WAITING or FAILED.
   *
   * @param reason in words for an operator; empty for RUNNING
   */
  record StatusChanged(String server, Status from, Status to, String reason)
      implements TelemetryEvent {}

  /**
   * No handler, or no transport, came within the handler wait, and the port is closed. Told once
   * for each absence.
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
   * @param reason names the key, the value, the allowed
   */
  record ConfigurationRefused(String server, String reason) implements TelemetryEvent {}

  /** A configuration is in force, after the one before was refused. */
  record ConfigurationAccepted(String server) implements TelemetryEvent {}

  /**
   * The configuration is in force with other values than its own, or than the defaults.
   *
   * @param what names the values and the reason, and says how to have others
   */
  record ConfigurationAdjusted(String server, String what) implements TelemetryEvent {}

  /** A drain of the server, of one acceptor or of one generation is over. */
  record DrainEnded(String server, String what, Drained result) implements TelemetryEvent {}

  // ---- listener

  /**
   * The server listens.
   *
   * @param channels how many listening channels were opened there
   * @param failed whether the port could not be had before
   */
  record ListenerStarted(String server, SocketAddress address, int channels, boolean failed)
      implements TelemetryEvent {}

  /**
   * The server listens no more.
   *
   * @param lasted how long it listened
   */
  record ListenerStopped(String server, SocketAddress address, Duration lasted)
      implements TelemetryEvent {}

  /**
   * The port could not be had.
   *
   * @param retryIn when it is tried again
   */
  record ListenFailed(String server, Throwable reason, Duration retryIn)
      implements TelemetryEvent {}

  // ---- acceptors

  record AcceptorStarted(String server, int acceptor) implements TelemetryEvent {}

  /**
   * An acceptor has ended.
   *
   * @param connections how many it took in its life
   */
  record AcceptorStopped(String server, int acceptor, long connections, Duration lasted)
      implements TelemetryEvent {}

  /** One connection could not be accepted; the acceptor goes on. */
  record AcceptFailed(String server, int acceptor, Throwable reason) implements TelemetryEvent {}

  /** The process is out of descriptors; the acceptor tries again after {@code pause}. */
  record AcceptPaused(String server, int acceptor, Throwable reason, Duration pause)
      implements TelemetryEvent {}

  /**
   * The most connections are live.
   *
   * @param rejected true when the new one was closed for it
   */
  record LimitReached(String server, int acceptor, int limit, boolean rejected)
      implements TelemetryEvent {}

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
   * @param counters exact, however it ended
   */
  record ConnectionStopped(Span span, Ending ending, Counters counters, Duration lasted)
      implements OfConnection {

    /** What a handler threw concerns whoever looks after the server. */
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
   * @param bytes what the kernel had taken by then
   */
  record SendFailed(Span span, long bytes, Throwable reason) implements OfConnection {}

  /**
   * The terminal callback threw; the connection ended as it would have.
   *
   * @param callback its name; empty when the trouble was the runtime's own
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
   * @param from number of the generation it left
   * @param to number of the generation it is in now
   * @param waited how long it was without a handler
   */
  record ConnectionMigrated(Span span, int from, int to, Duration waited) implements OfConnection {}

  /**
   * A connection could not go on with another handler, and is drained.
   *
   * @param generation number of the generation that declined
   * @param reason what it threw, or what is wrong with the state it gave away
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
   * A handler service matches, and cannot be obtained. The next best one serves meanwhile.
   *
   * @param handler its name, version and bundle
   * @param reason what its component has thrown, as far as it is known
   * @param retryIn when it is tried again
   */
  record HandlerUnavailable(String server, String handler, String reason, Duration retryIn)
      implements TelemetryEvent {}

  /**
   * A handler that could not be obtained is no trouble any more.
   *
   * @param handler its name, version and bundle
   * @param obtained true when it was obtained, false when it has gone or another one is preferred
   */
  record HandlerRecovered(String server, String handler, boolean obtained)
      implements TelemetryEvent {}

  /** Its service is going away, or a better one took its place. */
  record HandlerUnbound(String server, GenerationInfo generation) implements TelemetryEvent {}

  /** No connection of the generation is left. */
  record GenerationEnded(String server, GenerationInfo generation) implements TelemetryEvent {}

  // ---- supervision

  /** A node crashed and was started again. */
  record Restarted(String server, String node, Throwable reason) implements TelemetryEvent {}

  /** A supervisor gave up; the failure goes to the one above. */
  record RestartBudgetExhausted(String server, String supervisor, Throwable reason)
      implements TelemetryEvent {}

  /** A telemetry listener threw; it is reported for its first failure only. */
  record TelemetryListenerFailed(String server, String listener, Throwable reason)
      implements TelemetryEvent {}
}
