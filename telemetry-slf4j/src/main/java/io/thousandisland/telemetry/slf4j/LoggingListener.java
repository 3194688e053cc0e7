package io.thousandisland.telemetry.slf4j;

import io.thousandisland.server.GenerationInfo;
import io.thousandisland.server.Status;
import io.thousandisland.telemetry.Detail;
import io.thousandisland.telemetry.Ending;
import io.thousandisland.telemetry.TelemetryEvent;
import io.thousandisland.telemetry.TelemetryListener;
import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.osgi.service.component.annotations.Component;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Logs events to the logger {@code io.thousandisland.server}, at levels that add up: ERROR what an
 * operator must act on, WARN what went wrong, INFO the life of servers and handlers, DEBUG that of
 * connections, TRACE every send and receive.
 *
 * <p>Of a detail whose levels are off it hears nothing; any other event whose level is off costs a
 * switch and a question.
 *
 * <p>Thread: any.
 */
@Component
public final class LoggingListener implements TelemetryListener {

  private final Logger log;
  private final Cooldown repeated = new Cooldown(Duration.ofSeconds(5), System::nanoTime);

  public LoggingListener() {
    this(LoggerFactory.getLogger("io.thousandisland.server"));
  }

  LoggingListener(Logger log) {
    this.log = log;
  }

  /** The levels of what is told at each detail are this one and graver ones. */
  @Override
  public boolean hears(Detail detail) {
    return switch (detail) {
      case SERVERS -> log.isErrorEnabled();
      case CONNECTIONS -> log.isDebugEnabled();
      case TRAFFIC -> log.isTraceEnabled();
    };
  }

  @Override
  public void on(TelemetryEvent event) {
    Level level = level(event);
    if (log.isEnabledForLevel(level) && !isRepetition(event)) {
      Throwable trace = trace(event);
      var line = log.atLevel(level).setMessage("{}: {}").addArgument(event.server());
      line = line.addArgument(words(event));
      (trace == null ? line : line.setCause(trace)).log();
    }
  }

  /** What comes again and again for as long as it lasts: it is said at most every five seconds. */
  private boolean isRepetition(TelemetryEvent event) {
    return switch (event) {
      case TelemetryEvent.AcceptPaused e -> !repeated.passes("paused " + e.server());
      case TelemetryEvent.AcceptFailed e -> !repeated.passes("accept " + e.server());
      case TelemetryEvent.LimitReached e -> !repeated.passes("limit " + e.server());
      default -> false;
    };
  }

  private static Level level(TelemetryEvent event) {
    return switch (event) {
      case TelemetryEvent.StatusChanged e -> level(e.to());
      case TelemetryEvent.DrainEnded e ->
          e.result().lingering().isEmpty() ? Level.INFO : Level.ERROR;
      case TelemetryEvent.RestartBudgetExhausted e -> Level.ERROR;
      case TelemetryEvent.TelemetryListenerFailed e -> Level.ERROR;
      case TelemetryEvent.ConfigurationRefused e -> Level.WARN;
      case TelemetryEvent.ListenFailed e -> Level.WARN;
      case TelemetryEvent.AcceptFailed e -> Level.WARN;
      case TelemetryEvent.AcceptPaused e -> Level.WARN;
      case TelemetryEvent.LimitReached e -> Level.WARN;
      case TelemetryEvent.Restarted e -> Level.WARN;
      case TelemetryEvent.HandlerThrew e -> Level.WARN;
      case TelemetryEvent.HandlerUnavailable e -> Level.WARN;
      case TelemetryEvent.ListenerStarted e -> Level.INFO;
      case TelemetryEvent.ListenerStopped e -> Level.INFO;
      case TelemetryEvent.HandlerBound e -> Level.INFO;
      case TelemetryEvent.HandlerUnbound e -> Level.INFO;
      case TelemetryEvent.GenerationEnded e -> Level.INFO;
      case TelemetryEvent.AcceptorStarted e -> Level.DEBUG;
      case TelemetryEvent.AcceptorStopped e -> Level.DEBUG;
      case TelemetryEvent.ConnectionStarted e -> Level.DEBUG;
      case TelemetryEvent.ConnectionReady e -> Level.DEBUG;
      case TelemetryEvent.ConnectionStopped e -> bug(e.ending()) ? Level.WARN : Level.DEBUG;
      case TelemetryEvent.ReceiveFailed e -> Level.DEBUG;
      case TelemetryEvent.SendFailed e -> Level.DEBUG;
      case TelemetryEvent.MessageDropped e -> Level.DEBUG;
      case TelemetryEvent.ConnectionMigrated e -> Level.DEBUG;
      case TelemetryEvent.MigrationDeclined e -> Level.INFO;
      case TelemetryEvent.Received e -> Level.TRACE;
      case TelemetryEvent.Sent e -> Level.TRACE;
    };
  }

  private static Level level(Status status) {
    return switch (status) {
      case FAILED -> Level.ERROR;
      case WAITING -> Level.WARN;
      default -> Level.INFO;
    };
  }

  /** What a handler threw is a bug, unless it is the network's: that breaks every day. */
  private static boolean bug(Ending ending) {
    return ending instanceof Ending.Failed failed
        && failed.thrown()
        && !(failed.reason() instanceof IOException);
  }

  private static @Nullable Throwable trace(TelemetryEvent event) {
    return switch (event) {
      case TelemetryEvent.ConnectionStopped e ->
          e.ending() instanceof Ending.Failed failed && failed.thrown() ? failed.reason() : null;
      case TelemetryEvent.HandlerThrew e -> e.reason();
      case TelemetryEvent.Restarted e -> e.reason();
      case TelemetryEvent.RestartBudgetExhausted e -> e.reason();
      case TelemetryEvent.TelemetryListenerFailed e -> e.reason();
      default -> null;
    };
  }

  private static String words(TelemetryEvent event) {
    return switch (event) {
      case TelemetryEvent.StatusChanged e ->
          e.to() + (e.reason().isEmpty() ? "" : ": " + e.reason());
      case TelemetryEvent.ConfigurationRefused e -> "configuration refused: " + e.reason();
      case TelemetryEvent.ListenerStarted e -> "listening on " + e.address();
      case TelemetryEvent.ListenerStopped e -> "no longer listening on " + e.address();
      case TelemetryEvent.ListenFailed e ->
          "cannot listen: " + e.reason().getMessage() + "; next try in " + e.retryIn();
      case TelemetryEvent.DrainEnded e ->
          e.what()
              + " drained: "
              + e.result().migrated()
              + " migrated, "
              + e.result().graceful()
              + " graceful, "
              + e.result().forced()
              + " forced, lingering "
              + e.result().lingering()
              + ", took "
              + e.result().took().toMillis()
              + " ms";
      case TelemetryEvent.AcceptPaused e ->
          "out of descriptors, no connection is accepted for " + e.pause().toMillis() + " ms";
      case TelemetryEvent.LimitReached e ->
          "limit of "
              + e.limit()
              + " connections reached; new ones "
              + (e.rejected() ? "are closed" : "wait");
      case TelemetryEvent.MigrationDeclined e ->
          "connection %d cannot go on with another handler and is drained: %s"
              .formatted(e.span().connection(), e.reason());
      case TelemetryEvent.HandlerUnavailable e ->
          "%s cannot be obtained: %s; next try in %d s"
              .formatted(e.handler(), e.reason(), e.retryIn().toSeconds());
      case TelemetryEvent.AcceptFailed e ->
          "a connection could not be accepted: " + e.reason().getMessage();
      case TelemetryEvent.HandlerBound e -> handler(e.generation()) + " serves new connections";
      case TelemetryEvent.HandlerUnbound e ->
          handler(e.generation())
              + " serves no new connections; it has "
              + e.generation().connections();
      case TelemetryEvent.GenerationEnded e -> handler(e.generation()) + " has no connection left";
      default -> event.toString();
    };
  }

  private static String handler(GenerationInfo generation) {
    return "generation %d, handler %s %s,"
        .formatted(generation.number(), generation.handler(), generation.version());
  }
}
