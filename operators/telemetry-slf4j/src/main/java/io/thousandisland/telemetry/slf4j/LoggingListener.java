// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.telemetry.slf4j;

import io.thousandisland.server.Status;
import io.thousandisland.telemetry.Detail;
import io.thousandisland.telemetry.Ending;
import io.thousandisland.telemetry.TelemetryEvent;
import io.thousandisland.telemetry.TelemetryListener;
import java.time.Duration;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Logs events to the logger {@code io.thousandisland.server}, at levels that add up: ERROR and WARN
 * the events that a person should act on, INFO the life of servers and handlers, DEBUG the life of
 * connections, TRACE every send and receive. It also keeps an {@link AccessLog}.
 *
 * <p>It hears nothing of a detail whose levels are off. Any other event whose level is off costs a
 * switch and a level check. Events that many connections cause at the same time are counted ({@link
 * Repeats}).
 *
 * <p>Thread: any.
 */
@Component
public final class LoggingListener implements TelemetryListener {

  static final Duration PERIOD = Duration.ofSeconds(5);

  private final Logger log;
  private final AccessLog access;
  private final Repeats repeats;
  private final News news = new News();
  private final Runnable stopClock;

  @Activate
  public LoggingListener() {
    this(LoggerFactory.getLogger("io.thousandisland.server"), new AccessLog(), clock());
  }

  private LoggingListener(Logger log, AccessLog access, ScheduledThreadPoolExecutor clock) {
    this(
        log,
        access,
        (wait, task) -> {
          var unused = clock.schedule(task, wait.toNanos(), TimeUnit.NANOSECONDS);
        },
        clock::shutdownNow);
  }

  LoggingListener(Logger log, AccessLog access, Repeats.Clock clock, Runnable stopClock) {
    this.log = log;
    this.access = access;
    this.repeats = new Repeats(PERIOD, clock, this::summarize);
    this.stopClock = stopClock;
  }

  /** A clock whose thread goes away when nothing is to be counted. */
  private static ScheduledThreadPoolExecutor clock() {
    var clock =
        new ScheduledThreadPoolExecutor(
            1,
            task ->
                Thread.ofPlatform()
                    .daemon()
                    .name("thousandisland log")
                    .inheritInheritableThreadLocals(false)
                    .unstarted(task));
    clock.setKeepAliveTime(1, TimeUnit.SECONDS);
    clock.allowCoreThreadTimeOut(true);
    return clock;
  }

  @Deactivate
  void stop() {
    stopClock.run();
    repeats.close();
  }

  /** The level checked for each detail is the gravest level of the detail's events. */
  @Override
  public boolean hears(Detail detail) {
    return switch (detail) {
      case SERVERS -> log.isErrorEnabled() || access.isOn();
      case CONNECTIONS -> log.isDebugEnabled() || access.isOn();
      case TRAFFIC -> log.isTraceEnabled();
    };
  }

  @Override
  public void on(TelemetryEvent event) {
    if (event instanceof TelemetryEvent.ConnectionStopped stopped) {
      access.on(stopped);
    }
    Level level = Levels.of(event);
    if (log.isEnabledForLevel(level)) {
      log(event, isNews(event) ? level : Level.DEBUG);
    }
  }

  private void log(TelemetryEvent event, Level level) {
    String kind = level == Level.WARN || level == Level.INFO ? massKind(event) : null;
    if (log.isEnabledForLevel(level) && (kind == null || repeats.isFirst(kind, event))) {
      String sentence = Sentences.of(event);
      Throwable trace = trace(event);
      try {
        write(level, event.server(), sentence, trace);
      } catch (RuntimeException | Error unspeakable) { // the exception cannot even give its text
        write(level, event.server(), sentence, null);
      }
    }
  }

  private void write(Level level, String server, String sentence, @Nullable Throwable trace) {
    var line = log.atLevel(level).setMessage("{}: {}").addArgument(server).addArgument(sentence);
    (trace == null ? line : line.setCause(trace)).log();
  }

  private void summarize(int more, TelemetryEvent last) {
    log.atLevel(Levels.of(last))
        .log(
            "{}: {} more within {}, the last: {}",
            last.server(),
            more,
            Words.duration(PERIOD),
            Sentences.of(last));
  }

  /** Whether to report the event: repeated tries are reported once, unless the reason changes. */
  private boolean isNews(TelemetryEvent event) {
    switch (event) {
      case TelemetryEvent.ListenFailed e -> {
        return news.isNews(e.server(), "listening at " + e.listen(), Words.thrown(e.reason()));
      }
      case TelemetryEvent.HandlerUnavailable e -> {
        return news.isNews(e.server(), e.handler(), e.reason());
      }
      case TelemetryEvent.ListenerStarted e ->
          news.forget(e.server(), "listening at " + e.listen());
      case TelemetryEvent.ListenerStopped e ->
          news.forget(e.server(), "listening at " + e.listen());
      case TelemetryEvent.HandlerRecovered e -> news.forget(e.server(), e.handler());
      case TelemetryEvent.StatusChanged e -> {
        if (e.to() == Status.STOPPED) {
          news.forget(e.server());
        }
      }
      default -> {}
    }
    return true;
  }

  /** The kind of an event that many connections may cause at a time; null for other events. */
  private static @Nullable String massKind(TelemetryEvent event) {
    return switch (event) {
      case TelemetryEvent.AcceptPaused e -> "paused " + e.server();
      case TelemetryEvent.AcceptFailed e -> "accept " + e.server() + type(e.reason());
      case TelemetryEvent.LimitReached e -> "limit " + e.server() + " " + e.limit();
      case TelemetryEvent.ConnectionRefused e -> "refused " + e.server() + " " + e.because();
      case TelemetryEvent.ProxyHeaderRefused e -> "header " + e.server();
      case TelemetryEvent.MigrationDeclined e ->
          "declined " + e.server() + " " + e.generation() + type(e.reason());
      case TelemetryEvent.HandlerThrew e ->
          "threw " + e.server() + " " + e.callback() + type(e.reason());
      case TelemetryEvent.ConnectionStopped e ->
          e.ending() instanceof Ending.Failed failed
              ? "failed " + e.server() + " " + failed.callback() + type(failed.reason())
              : null;
      default -> null;
    };
  }

  private static String type(Throwable reason) {
    return " " + reason.getClass().getName();
  }

  private static @Nullable Throwable trace(TelemetryEvent event) {
    return switch (event) {
      case TelemetryEvent.ConnectionStopped e ->
          e.ending() instanceof Ending.Failed failed
                  && failed.thrown()
                  && !(failed.reason() instanceof SSLException) // the peer's, or its network's
              ? failed.reason()
              : null;
      case TelemetryEvent.HandlerThrew e -> e.reason();
      case TelemetryEvent.Restarted e -> e.reason();
      case TelemetryEvent.RestartBudgetExhausted e -> e.reason();
      case TelemetryEvent.TelemetryListenerFailed e -> e.reason();
      default -> null;
    };
  }
}
