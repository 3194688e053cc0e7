// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.telemetry.slf4j;

import ch.qos.logback.classic.Level;
import io.thousandisland.handler.Counters;
import io.thousandisland.handler.MigrationDeclinedException;
import io.thousandisland.server.Drained;
import io.thousandisland.server.GenerationInfo;
import io.thousandisland.server.Limit;
import io.thousandisland.server.Status;
import io.thousandisland.telemetry.Ending;
import io.thousandisland.telemetry.Span;
import io.thousandisland.telemetry.TelemetryEvent;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import javax.net.ssl.SSLHandshakeException;

/** One event of each kind, two of some kinds, and the level at which each is logged. */
final class SampleEvents {
  private SampleEvents() {}

  static final InetSocketAddress PEER = new InetSocketAddress("127.0.0.1", 50_000);
  private static final Duration SECOND = Duration.ofSeconds(1);
  private static final Throwable REASON = new IOException("broken");
  private static final GenerationInfo GENERATION =
      new GenerationInfo(1, "echo", "1.0.0", 40, 0, true, 2);

  static final Span SPAN = new Span("mail", 1, 2, PEER, "");

  private static final List<Ending> ENDINGS =
      List.of(
          new Ending.ByPeer(),
          new Ending.ByUs(),
          new Ending.TimedOut(),
          new Ending.NoFirstByte(),
          new Ending.TooSlow(true, 3),
          new Ending.TooSlow(false, 0),
          new Ending.Aged(),
          new Ending.ShutDown(),
          new Ending.Unserved(),
          new Ending.Forced());

  static final Map<TelemetryEvent, Level> LEVELS = levels();

  private static Map<TelemetryEvent, Level> levels() {
    var all = new LinkedHashMap<TelemetryEvent, Level>();
    all.put(status(Status.FAILED), Level.ERROR);
    all.put(drained(List.of("thread 1")), Level.ERROR);
    all.put(new TelemetryEvent.RestartBudgetExhausted("mail", "root", REASON), Level.ERROR);
    all.put(new TelemetryEvent.TelemetryListenerFailed("mail", "L", REASON), Level.ERROR);

    all.put(
        new TelemetryEvent.WaitedInVain(
            "mail", "no handler matches (handler.name=echo)", SECOND.multipliedBy(15), 3),
        Level.WARN);
    all.put(new TelemetryEvent.ConfigurationRefused("mail", "port is x"), Level.WARN);
    all.put(new TelemetryEvent.ListenFailed("mail", "127.0.0.1:25", REASON, SECOND), Level.WARN);
    all.put(
        new TelemetryEvent.HandlerUnavailable("mail", "handler echo", "why", SECOND), Level.WARN);
    all.put(new TelemetryEvent.AcceptFailed("mail", 1, REASON), Level.WARN);
    all.put(new TelemetryEvent.AcceptPaused("mail", 1, REASON, SECOND), Level.WARN);
    all.put(new TelemetryEvent.LimitReached("mail", 1, Limit.CONNECTIONS, 5), Level.WARN);
    all.put(
        new TelemetryEvent.LimitReached("mail", 1, Limit.CONNECTIONS_PER_ACCEPTOR, 5), Level.WARN);
    all.put(new TelemetryEvent.LimitReached("mail", 1, Limit.RATE, 5), Level.WARN);
    all.put(
        new TelemetryEvent.ConnectionRefused("mail", 1, PEER, Limit.CONNECTIONS, 5), Level.WARN);
    all.put(
        new TelemetryEvent.ConnectionRefused("mail", 1, PEER, Limit.CONNECTIONS_PER_ADDRESS, 5),
        Level.WARN);
    all.put(new TelemetryEvent.ConnectionRefused("mail", 1, PEER, Limit.RATE, 5), Level.WARN);
    all.put(new TelemetryEvent.ConnectionRefused("mail", 1, PEER, Limit.ACCESS, 0), Level.WARN);
    all.put(
        new TelemetryEvent.ProxyHeaderRefused("mail", 1, PEER, "it begins without a PROXY header"),
        Level.WARN);
    all.put(new TelemetryEvent.ConnectionAlarm("mail", 5, 6), Level.WARN);
    all.put(new TelemetryEvent.Restarted("mail", "worker 1", REASON), Level.WARN);
    all.put(new TelemetryEvent.HandlerThrew(SPAN, "handleClose", REASON), Level.WARN);
    all.put(stopped(new IllegalStateException("bug"), true), Level.WARN);
    all.put(declined(2), Level.WARN);

    all.put(stopped(new SSLHandshakeException("the peer sent no TLS"), true), Level.INFO);
    all.put(status(Status.WAITING), Level.INFO);
    all.put(
        new TelemetryEvent.StatusChanged("mail", Status.FAILED, Status.RUNNING, ""), Level.INFO);
    all.put(new TelemetryEvent.ConfigurationAccepted("mail"), Level.INFO);
    all.put(new TelemetryEvent.ConfigurationAdjusted("mail", "drainTimeout is 1s"), Level.INFO);
    all.put(
        new TelemetryEvent.CertificatesInUse("tls", List.of("CN=a from a.pem"), Instant.EPOCH),
        Level.INFO);
    all.put(new TelemetryEvent.CertificatesRefused("tls", "key: k.pem is empty", true), Level.WARN);
    all.put(new TelemetryEvent.CertificateWarning("tls", "CN=a expires soon"), Level.WARN);
    all.put(drained(List.of()), Level.INFO);
    all.put(new TelemetryEvent.ListenerStarted("mail", "127.0.0.1:25", PEER, 1, false), Level.INFO);
    all.put(new TelemetryEvent.ListenerStopped("mail", "127.0.0.1:25", PEER, SECOND), Level.INFO);
    all.put(new TelemetryEvent.HandlerBound("mail", GENERATION), Level.INFO);
    all.put(new TelemetryEvent.ListenerStarted("mail", "127.0.0.1:25", PEER, 2, true), Level.INFO);
    all.put(new TelemetryEvent.HandlerRecovered("mail", "handler echo", true), Level.INFO);
    all.put(new TelemetryEvent.HandlerUnbound("mail", GENERATION), Level.INFO);
    all.put(new TelemetryEvent.GenerationEnded("mail", GENERATION), Level.INFO);

    all.put(new TelemetryEvent.ReadinessChanged("mail", true), Level.DEBUG);
    all.put(new TelemetryEvent.ReadinessChanged("mail", false), Level.DEBUG);
    all.put(new TelemetryEvent.AcceptorStarted("mail", 1), Level.DEBUG);
    all.put(new TelemetryEvent.AcceptorStopped("mail", 1, 5, SECOND), Level.DEBUG);
    all.put(new TelemetryEvent.ConnectionMigrated(SPAN, 2, 3, SECOND), Level.DEBUG);
    all.put(new TelemetryEvent.ConnectionStarted(SPAN), Level.DEBUG);
    all.put(new TelemetryEvent.ConnectionReady(SPAN, 1, SECOND), Level.DEBUG);
    all.put(stopped(REASON, true), Level.DEBUG);
    ENDINGS.forEach(ending -> all.put(stopped(ending), Level.DEBUG));
    all.put(new TelemetryEvent.ReceiveFailed(SPAN, REASON), Level.DEBUG);
    all.put(new TelemetryEvent.SendFailed(SPAN, 3, REASON), Level.DEBUG);
    all.put(new TelemetryEvent.MessageDropped(SPAN, "java.lang.String"), Level.DEBUG);

    all.put(new TelemetryEvent.Received(SPAN, 5), Level.TRACE);
    all.put(new TelemetryEvent.Sent(SPAN, 5), Level.TRACE);
    return all;
  }

  private static TelemetryEvent status(Status to) {
    return new TelemetryEvent.StatusChanged("mail", Status.STARTING, to, "why");
  }

  private static TelemetryEvent drained(List<String> lingering) {
    return new TelemetryEvent.DrainEnded("mail", "server", new Drained(4, 1, 2, lingering, SECOND));
  }

  static TelemetryEvent stopped(Throwable reason, boolean thrown) {
    return stopped(new Ending.Failed(reason, thrown, "handleData"));
  }

  static TelemetryEvent stopped(Ending ending) {
    return new TelemetryEvent.ConnectionStopped(SPAN, ending, new Counters(7, 1, 1, 1), SECOND);
  }

  static TelemetryEvent declined(long connection) {
    return new TelemetryEvent.MigrationDeclined(
        new Span("mail", 1, connection, PEER, ""),
        2,
        new MigrationDeclinedException("foreign type"));
  }

  /** The records of a sealed interface. */
  static Stream<Class<?>> kinds(Class<?> type) {
    return type.isSealed()
        ? Stream.of(type.getPermittedSubclasses()).flatMap(SampleEvents::kinds)
        : Stream.of(type);
  }
}
