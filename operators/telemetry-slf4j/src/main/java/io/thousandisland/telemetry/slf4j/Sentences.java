// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.telemetry.slf4j;

import io.thousandisland.server.Addresses;
import io.thousandisland.server.Drained;
import io.thousandisland.server.GenerationInfo;
import io.thousandisland.server.Status;
import io.thousandisland.telemetry.Ending;
import io.thousandisland.telemetry.Span;
import io.thousandisland.telemetry.TelemetryEvent;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The sentence for each event: one line, without the name of the server. */
final class Sentences {

  private static final Pattern PORT = Pattern.compile("(:\\d+)(?: \\(.*\\))?$");

  private Sentences() {}

  static String of(TelemetryEvent event) {
    return Words.oneLine(
        switch (event) {
          case TelemetryEvent.OfConnection e -> ofConnection(e);
          case TelemetryEvent.StatusChanged e -> status(e);
          case TelemetryEvent.ReadinessChanged e -> e.ready() ? "ready" : "no longer ready";
          case TelemetryEvent.WaitedInVain e -> inVain(e);
          case TelemetryEvent.ConfigurationRefused e -> "configuration refused: " + e.reason();
          case TelemetryEvent.ConfigurationAccepted e ->
              "configuration accepted; the previous one was refused";
          case TelemetryEvent.ConfigurationAdjusted e -> "configuration adjusted: " + e.what();
          case TelemetryEvent.CertificatesInUse e ->
              "certificates in use: %s; the first one expires at %s"
                  .formatted(String.join(", ", e.certificates()), e.expires());
          case TelemetryEvent.CertificatesRefused e ->
              "certificates refused: %s; %s"
                  .formatted(
                      e.reason(),
                      e.served() ? "the previous ones stay in use" : "nobody can be served");
          case TelemetryEvent.CertificateWarning e -> e.what();
          case TelemetryEvent.DrainEnded e -> drained(e);
          case TelemetryEvent.ListenerStarted e ->
              "listening on %s%s%s"
                  .formatted(
                      Addresses.text(e.address()),
                      e.channels() == 1 ? "" : " with " + e.channels() + " sockets",
                      e.failed() ? " again, after a failure" : "");
          case TelemetryEvent.ListenerStopped e ->
              "no longer listening on %s, after %s"
                  .formatted(Addresses.text(e.address()), Words.duration(e.lasted()));
          case TelemetryEvent.ListenFailed e -> listenFailed(e);
          case TelemetryEvent.AcceptorStarted e -> "acceptor %d started".formatted(e.acceptor());
          case TelemetryEvent.AcceptorStopped e ->
              "acceptor %d stopped after %s; it accepted %s"
                  .formatted(
                      e.acceptor(),
                      Words.duration(e.lasted()),
                      Words.count(e.connections(), "connection"));
          case TelemetryEvent.AcceptFailed e ->
              "a connection could not be accepted: " + Words.thrown(e.reason());
          case TelemetryEvent.AcceptPaused e ->
              "out of file descriptors: no connection is accepted for %s; raise ulimit -n, or lower maxConnections"
                  .formatted(Words.duration(e.pause()));
          case TelemetryEvent.LimitReached e ->
              "limit of %s reached (%s); new ones wait".formatted(limit(e), e.limit().key());
          case TelemetryEvent.ConnectionRefused e ->
              "a connection from %s was refused: %s"
                  .formatted(Addresses.text(e.remote()), refusal(e));
          case TelemetryEvent.ProxyHeaderRefused e ->
              "a connection from %s was refused: %s"
                  .formatted(Addresses.text(e.remote()), e.reason());
          case TelemetryEvent.ConnectionAlarm e ->
              "there are %s (alarmConnections is %d)"
                  .formatted(Words.count(e.connections(), "connection"), e.threshold());
          case TelemetryEvent.HandlerBound e -> handler(e.generation()) + " serves new connections";
          case TelemetryEvent.HandlerUnbound e ->
              handler(e.generation())
                  + " serves no new connections; it has "
                  + e.generation().connections();
          case TelemetryEvent.GenerationEnded e ->
              handler(e.generation()) + " has no connection left";
          case TelemetryEvent.HandlerUnavailable e ->
              "%s cannot be obtained: %s; next try in %s"
                  .formatted(e.handler(), e.reason(), Words.duration(e.retryIn()));
          case TelemetryEvent.HandlerRecovered e ->
              e.handler()
                  + (e.obtained()
                      ? " is available now, and serves"
                      : ", which could not be obtained, is not needed any more");
          case TelemetryEvent.Restarted e ->
              "%s crashed, and was restarted: %s".formatted(e.node(), Words.thrown(e.reason()));
          case TelemetryEvent.RestartBudgetExhausted e ->
              "%s gave up, after too many crashes in a row: %s"
                  .formatted(e.supervisor(), Words.thrown(e.reason()));
          case TelemetryEvent.TelemetryListenerFailed e ->
              "telemetry listener %s threw %s; further exceptions of it are not logged"
                  .formatted(e.listener(), Words.thrown(e.reason()));
        });
  }

  // ---- servers

  private static String status(TelemetryEvent.StatusChanged e) {
    boolean better = e.to() == Status.RUNNING && isTrouble(e.from());
    return e.to()
        + (better ? ", no longer " + e.from() : "")
        + (e.reason().isEmpty() ? "" : ": " + e.reason());
  }

  private static boolean isTrouble(Status status) {
    return status == Status.WAITING || status == Status.FAILED;
  }

  private static String inVain(TelemetryEvent.WaitedInVain e) {
    String connections = Words.count(e.closed(), "waiting connection");
    return "handlerWait is over (%s): %s; the port is closed%s"
        .formatted(
            Words.duration(e.waited()), e.reason(), e.closed() == 0 ? "" : ", with " + connections);
  }

  private static String drained(TelemetryEvent.DrainEnded e) {
    Drained result = e.result();
    String lingering =
        result.lingering().isEmpty()
            ? ""
            : "; handlers keep these threads: " + String.join(", ", result.lingering());
    return "%s drained: %d migrated, %d graceful, %d forced, in %s%s"
        .formatted(
            e.what(),
            result.migrated(),
            result.graceful(),
            result.forced(),
            Words.duration(result.took()),
            lingering);
  }

  private static String listenFailed(TelemetryEvent.ListenFailed e) {
    String reason = withoutAddress(Words.thrown(e.reason()), e.listen());
    return e.retryIn().isZero()
        ? "a listening socket at %s could not be closed: %s".formatted(e.listen(), reason)
        : "cannot listen at %s: %s; next try in %s"
            .formatted(e.listen(), reason, Words.duration(e.retryIn()));
  }

  /** {@code reason} without the address that a transport may have put at its end. */
  private static String withoutAddress(String reason, String listen) {
    Matcher port = PORT.matcher(listen);
    return port.find()
        ? reason.replaceFirst(": \\S*" + port.group(1) + "$", "")
        : reason.replace(": " + listen, "");
  }

  private static String limit(TelemetryEvent.LimitReached e) {
    String count = Words.count(e.value(), "connection");
    return switch (e.limit()) {
      case RATE -> count + " per second";
      case CONNECTIONS_PER_ACCEPTOR -> count + " of acceptor " + e.acceptor();
      default -> count;
    };
  }

  private static String refusal(TelemetryEvent.ConnectionRefused e) {
    String limit = e.because().key() + " is " + e.value();
    return switch (e.because()) {
      case ACCESS -> "its address may not connect (allow, deny)";
      case CONNECTIONS_PER_ADDRESS -> "its address has too many connections (" + limit + ")";
      case RATE -> "too many connections in a second (" + limit + ")";
      default -> "too many connections (" + limit + ")";
    };
  }

  private static String handler(GenerationInfo generation) {
    return "generation %d, handler %s %s,"
        .formatted(generation.number(), generation.handler(), generation.version());
  }

  // ---- connections

  private static String ofConnection(TelemetryEvent.OfConnection event) {
    return connection(event.span())
        + switch (event) {
          case TelemetryEvent.ConnectionStarted e ->
              " was accepted by acceptor " + e.span().acceptor();
          case TelemetryEvent.ConnectionReady e ->
              " is served by generation %d, after a handshake of %s"
                  .formatted(e.generation(), Words.duration(e.handshake()));
          case TelemetryEvent.ConnectionStopped e -> stopped(e);
          case TelemetryEvent.Received e -> " received " + Words.count(e.bytes(), "byte");
          case TelemetryEvent.ReceiveFailed e -> " failed to receive: " + Words.thrown(e.reason());
          case TelemetryEvent.Sent e -> " sent " + Words.count(e.bytes(), "byte");
          case TelemetryEvent.SendFailed e ->
              " failed to send, after %s: %s"
                  .formatted(Words.count(e.bytes(), "byte"), Words.thrown(e.reason()));
          case TelemetryEvent.HandlerThrew e ->
              " caught an exception%s: %s".formatted(in(e.callback()), Words.thrown(e.reason()));
          case TelemetryEvent.MessageDropped e ->
              " dropped a message that its handler does not accept, a " + e.type();
          case TelemetryEvent.ConnectionMigrated e ->
              " moved from generation %d to %d, after %s without a handler"
                  .formatted(e.from(), e.to(), Words.duration(e.waited()));
          case TelemetryEvent.MigrationDeclined e ->
              " cannot move to another handler, and is drained: %s; to keep such connections, return the state from exportState in types of the JDK, and accept it in importState"
                  .formatted(Words.thrown(e.reason()));
        };
  }

  private static String connection(Span span) {
    return "connection %d%s from %s"
        .formatted(
            span.connection(),
            span.label().isEmpty() ? "" : " (" + span.label() + ")",
            Addresses.text(span.remote()));
  }

  private static String stopped(TelemetryEvent.ConnectionStopped e) {
    return " ended after %s, %s in, %s out: %s"
        .formatted(
            Words.duration(e.lasted()),
            Words.count(e.counters().bytesReceived(), "byte"),
            Words.count(e.counters().bytesSent(), "byte"),
            ending(e.ending()));
  }

  static String ending(Ending ending) {
    return switch (ending) {
      case Ending.ByPeer e -> "closed by the peer";
      case Ending.ByUs e -> "closed by the server";
      case Ending.Failed e ->
          (e.thrown() ? "failed" + in(e.callback()) : e.callback() + " returned a failure")
              + ": "
              + Words.thrown(e.reason());
      case Ending.TimedOut e -> "timed out";
      case Ending.NoFirstByte e -> "no first byte came in time (firstByteTimeout)";
      case Ending.TooSlow e ->
          "the peer was too slow: it %s %s a second (%s)"
              .formatted(
                  e.receiving() ? "sent" : "took",
                  Words.count(e.bytesPerSecond(), "byte"),
                  e.receiving() ? "minReceiveRate" : "minSendRate");
      case Ending.Aged e -> "reached its age (maxAge)";
      case Ending.ShutDown e -> "shut down";
      case Ending.Unserved e -> "no handler came";
      case Ending.Forced e -> "closed by force";
    };
  }

  private static String in(String callback) {
    return callback.isEmpty() ? "" : " in " + callback;
  }
}
