// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.telemetry.slf4j;

import static java.util.stream.Collectors.toSet;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.thousandisland.server.Status;
import io.thousandisland.telemetry.Detail;
import io.thousandisland.telemetry.Ending;
import io.thousandisland.telemetry.Span;
import io.thousandisland.telemetry.TelemetryEvent;
import java.io.IOException;
import java.net.BindException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.MethodSource;

class LoggingListenerTest {

  private static final List<Level> LEVELS =
      List.of(Level.ERROR, Level.WARN, Level.INFO, Level.DEBUG, Level.TRACE);

  private static final String ENDED =
      "mail: connection 2 from 127.0.0.1:50000 ended after 1s, 7 bytes in, 1 byte out: ";

  private static final String ACCESS = "127.0.0.1:50000 mail 1000ms in=7 out=1 ";

  private final LoggerContext context = new LoggerContext();
  private final Logger log = context.getLogger("test");
  private final Logger access = context.getLogger("access");
  private final ListAppender<ILoggingEvent> lines = new ListAppender<>();
  private final ListAppender<ILoggingEvent> accesses = new ListAppender<>();
  private final Periods clock = new Periods();
  private final LoggingListener listener =
      new LoggingListener(log, new AccessLog(access), clock, () -> {});

  @BeforeEach
  void collect() {
    lines.start();
    log.addAppender(lines);
    log.setLevel(Level.TRACE);
    accesses.start();
    access.addAppender(accesses);
    access.setLevel(Level.INFO);
  }

  /** The line of the event when nothing similar was logged before. */
  private ILoggingEvent line(TelemetryEvent event) {
    lines.list.clear();
    clock.passes();
    lines.list.clear();
    listener.on(event);
    assertThat(lines.list).hasSize(1);
    return lines.list.getFirst();
  }

  @Test
  void everyKindOfEventIsAmongTheSamples() {
    assertThat(SampleEvents.LEVELS.keySet().stream().map(Object::getClass).collect(toSet()))
        .containsExactlyInAnyOrderElementsOf(
            SampleEvents.kinds(TelemetryEvent.class).collect(toSet()));
  }

  static Stream<Map.Entry<TelemetryEvent, Level>> samples() {
    return SampleEvents.LEVELS.entrySet().stream();
  }

  @ParameterizedTest
  @MethodSource("samples")
  void eventHasItsLevelAndItsServersName(Map.Entry<TelemetryEvent, Level> sample) {
    ILoggingEvent line = line(sample.getKey());

    assertThat(line.getLevel()).isEqualTo(sample.getValue());
    assertThat(line.getFormattedMessage()).startsWith(sample.getKey().server() + ": ");
  }

  @ParameterizedTest
  @FieldSource("LEVELS")
  void levelsAddUp(Level on) {
    log.setLevel(on);

    SampleEvents.LEVELS.keySet().forEach(listener::on);

    assertThat(lines.list.stream().map(ILoggingEvent::getLevel))
        .containsExactlyElementsOf(
            SampleEvents.LEVELS.values().stream().filter(l -> l.isGreaterOrEqual(on)).toList());
  }

  @ParameterizedTest
  @FieldSource("LEVELS")
  void whatIsLoggedIsHeard(Level on) {
    log.setLevel(on);

    SampleEvents.LEVELS.forEach(
        (event, level) -> {
          if (level.isGreaterOrEqual(on)) {
            assertThat(listener.hears(event.detail())).as(event.toString()).isTrue();
          }
        });
    assertThat(listener.hears(Detail.TRAFFIC)).isEqualTo(on == Level.TRACE);
    assertThat(listener.hears(Detail.CONNECTIONS)).isEqualTo(Level.DEBUG.isGreaterOrEqual(on));
  }

  /** An exception that fails every caller that asks for its text. */
  private static final class Unspeakable extends IOException {
    private static final long serialVersionUID = 1L;

    @Override
    public String getMessage() {
      throw new AssertionError("rendered");
    }
  }

  @Test
  void eventWhoseLevelIsOffIsNotRendered() {
    var failed =
        new TelemetryEvent.ListenFailed(
            "mail", "127.0.0.1:25", new Unspeakable(), Duration.ofSeconds(1));
    var receive = new TelemetryEvent.ReceiveFailed(SampleEvents.SPAN, new Unspeakable());

    log.setLevel(Level.ERROR);
    listener.on(failed);
    listener.on(receive);
    log.setLevel(Level.INFO);
    listener.on(receive);

    assertThat(lines.list).isEmpty();
  }

  @Test
  void aFailureOfTlsIsOneShortLine() {
    ILoggingEvent line =
        line(SampleEvents.stopped(new SSLHandshakeException("the peer sent plain HTTP"), true));
    assertThat(line.getLevel()).isEqualTo(Level.INFO);
    assertThat(line.getFormattedMessage()).endsWith("the peer sent plain HTTP");
    assertThat(line.getThrowableProxy()).isNull();
  }

  @Test
  void whatAHandlerThrewComesWithItsTrace() {
    ILoggingEvent thrown = line(SampleEvents.stopped(new IllegalStateException("bug"), true));
    assertThat(thrown.getThrowableProxy().getMessage()).isEqualTo("bug");

    ILoggingEvent answered = line(SampleEvents.stopped(new IllegalStateException("no"), false));
    assertThat(answered.getLevel()).isEqualTo(Level.DEBUG);
    assertThat(answered.getThrowableProxy()).isNull();
  }

  @Test
  void labelOfAConnectionIsShown() {
    var span = new Span("mail", 1, 2, SampleEvents.PEER, "ann");
    assertThat(line(new TelemetryEvent.ConnectionStarted(span)).getFormattedMessage())
        .isEqualTo("mail: connection 2 (ann) from 127.0.0.1:50000 was accepted by acceptor 1");
  }

  @Test
  void everyEventIsASentence() {
    assertThat(SampleEvents.LEVELS.keySet().stream().map(this::line))
        .extracting(ILoggingEvent::getFormattedMessage)
        .containsExactly(
            "mail: FAILED: why",
            "mail: server drained: 4 migrated, 1 graceful, 2 forced, in 1s;"
                + " handlers keep these threads: thread 1",
            "mail: root gave up, after too many crashes in a row: broken",
            "mail: telemetry listener L threw broken; further exceptions of it are not logged",
            "mail: handlerWait is over (15s): no handler matches (handler.name=echo);"
                + " the port is closed, with 3 waiting connections",
            "mail: configuration refused: port is x",
            "mail: cannot listen at 127.0.0.1:25: broken; next try in 1s",
            "mail: handler echo cannot be obtained: why; next try in 1s",
            "mail: a connection could not be accepted: broken",
            "mail: out of file descriptors: no connection is accepted for 1s;"
                + " raise ulimit -n, or lower maxConnections",
            "mail: limit of 5 connections reached (maxConnections); new ones wait",
            "mail: limit of 5 connections of acceptor 1 reached (maxConnectionsPerAcceptor);"
                + " new ones wait",
            "mail: limit of 5 connections per second reached (acceptRate); new ones wait",
            "mail: a connection from 127.0.0.1:50000 was refused: too many connections"
                + " (maxConnections is 5)",
            "mail: a connection from 127.0.0.1:50000 was refused: its address has too many"
                + " connections (maxConnectionsPerAddress is 5)",
            "mail: a connection from 127.0.0.1:50000 was refused: too many connections in a second"
                + " (acceptRate is 5)",
            "mail: a connection from 127.0.0.1:50000 was refused: its address may not connect"
                + " (allow, deny)",
            "mail: a connection from 127.0.0.1:50000 was refused: it begins without a PROXY header",
            "mail: there are 6 connections (alarmConnections is 5)",
            "mail: worker 1 crashed, and was restarted: broken",
            "mail: connection 2 from 127.0.0.1:50000 caught an exception in handleClose: broken",
            "mail: connection 2 from 127.0.0.1:50000 ended after 1s, 7 bytes in, 1 byte out:"
                + " failed in handleData: java.lang.IllegalStateException: bug",
            "mail: connection 2 from 127.0.0.1:50000 cannot move to another handler, and is drained: foreign type; to keep such connections, return the state from exportState in types of the JDK, and accept it in importState",
            ENDED
                + "failed in handleData: javax.net.ssl.SSLHandshakeException: the peer sent no TLS",
            "mail: WAITING: why",
            "mail: RUNNING, no longer FAILED",
            "mail: configuration accepted; the previous one was refused",
            "mail: configuration adjusted: drainTimeout is 1s",
            "tls: certificates in use: CN=a from a.pem;"
                + " the first one expires at 1970-01-01T00:00:00Z",
            "tls: certificates refused: key: k.pem is empty; the previous ones stay in use",
            "tls: CN=a expires soon",
            "mail: server drained: 4 migrated, 1 graceful, 2 forced, in 1s",
            "mail: listening on 127.0.0.1:50000",
            "mail: no longer listening on 127.0.0.1:50000, after 1s",
            "mail: generation 1, handler echo 1.0.0, serves new connections",
            "mail: listening on 127.0.0.1:50000 with 2 sockets again, after a failure",
            "mail: handler echo is available now, and serves",
            "mail: generation 1, handler echo 1.0.0, serves no new connections; it has 2",
            "mail: generation 1, handler echo 1.0.0, has no connection left",
            "mail: ready",
            "mail: no longer ready",
            "mail: acceptor 1 started",
            "mail: acceptor 1 stopped after 1s; it accepted 5 connections",
            "mail: connection 2 from 127.0.0.1:50000 moved from generation 2 to 3, after 1s"
                + " without a handler",
            "mail: connection 2 from 127.0.0.1:50000 was accepted by acceptor 1",
            "mail: connection 2 from 127.0.0.1:50000 is served by generation 1, after a handshake"
                + " of 1s",
            ENDED + "failed in handleData: broken",
            ENDED + "closed by the peer",
            ENDED + "closed by the server",
            ENDED + "timed out",
            ENDED + "no first byte came in time (firstByteTimeout)",
            ENDED + "the peer was too slow: it sent 3 bytes a second (minReceiveRate)",
            ENDED + "the peer was too slow: it took 0 bytes a second (minSendRate)",
            ENDED + "reached its age (maxAge)",
            ENDED + "shut down",
            ENDED + "no handler came",
            ENDED + "closed by force",
            "mail: connection 2 from 127.0.0.1:50000 failed to receive: broken",
            "mail: connection 2 from 127.0.0.1:50000 failed to send, after 3 bytes: broken",
            "mail: connection 2 from 127.0.0.1:50000 dropped a message that its handler does not accept, a java.lang.String",
            "mail: connection 2 from 127.0.0.1:50000 received 5 bytes",
            "mail: connection 2 from 127.0.0.1:50000 sent 5 bytes");
  }

  @Test
  void whatAHandlerOrAPeerSaysIsOneLine() {
    ILoggingEvent line =
        line(SampleEvents.stopped(new IllegalStateException("a\r\n12:00 ERROR forged"), true));

    assertThat(line.getFormattedMessage()).endsWith("IllegalStateException: a 12:00 ERROR forged");
  }

  /** An exception whose text is broken is logged all the same. */
  @Test
  void exceptionThatCannotSayWhatItIsIsTold() {
    assertThat(line(SampleEvents.stopped(new Unspeakable(), true)).getFormattedMessage())
        .endsWith("failed in handleData: " + Unspeakable.class.getName());
  }

  @Test
  void callbackThatAnsweredAFailureIsNamed() {
    ILoggingEvent line = line(SampleEvents.stopped(new IOException("no"), false));

    assertThat(line.getFormattedMessage()).isEqualTo(ENDED + "handleData returned a failure: no");
  }

  @Test
  void massEventsAreCounted() {
    for (int i = 1; i <= 10_000; i++) {
      listener.on(SampleEvents.declined(i));
    }
    assertThat(lines.list).hasSize(1);

    clock.passes();
    clock.passes();
    listener.on(SampleEvents.declined(10_001));

    assertThat(lines.list)
        .extracting(ILoggingEvent::getLevel)
        .containsExactly(Level.WARN, Level.WARN, Level.WARN);
    assertThat(lines.list)
        .extracting(ILoggingEvent::getFormattedMessage)
        .satisfiesExactly(
            first -> assertThat(first).startsWith("mail: connection 1 from"),
            count ->
                assertThat(count)
                    .startsWith("mail: 9999 more within 5s, the last: connection 10000 from"),
            fresh -> assertThat(fresh).startsWith("mail: connection 10001 from"));
  }

  @ParameterizedTest
  @MethodSource("masses")
  void whatManyConnectionsCauseIsCounted(TelemetryEvent event) {
    listener.on(event);
    listener.on(event);
    listener.on(event);
    clock.passes();

    assertThat(lines.list).hasSize(2);
    assertThat(lines.list.getLast().getFormattedMessage())
        .startsWith("mail: 2 more within 5s, the last: ");
  }

  static Stream<TelemetryEvent> masses() {
    return SampleEvents.LEVELS.keySet().stream()
        .filter(
            event ->
                event instanceof TelemetryEvent.AcceptFailed
                    || event instanceof TelemetryEvent.AcceptPaused
                    || event instanceof TelemetryEvent.LimitReached
                    || event instanceof TelemetryEvent.ConnectionRefused
                    || event instanceof TelemetryEvent.ProxyHeaderRefused
                    || event instanceof TelemetryEvent.HandlerThrew
                    || event instanceof TelemetryEvent.MigrationDeclined
                    || (event instanceof TelemetryEvent.ConnectionStopped
                        && SampleEvents.LEVELS.get(event) != Level.DEBUG));
  }

  @Test
  void differentBugsAreListed() {
    listener.on(SampleEvents.stopped(new IllegalStateException("one"), true));
    listener.on(SampleEvents.stopped(new NullPointerException("other"), true));

    assertThat(lines.list).hasSize(2);
  }

  @Test
  void whatWasCountedIsToldWhenTheListenerStops() {
    listener.on(SampleEvents.declined(1));
    listener.on(SampleEvents.declined(2));
    listener.stop();

    assertThat(lines.list.getLast().getFormattedMessage())
        .startsWith("mail: 1 more within 5s, the last: connection 2 from");
  }

  /** A transport may say the address, too, and in its own way. */
  @Test
  void addressThatCannotBeHadIsSaidOnceAndAsTheConfigurationWritesIt() {
    assertThat(line(cannotListen("[::1]:25", "Address already in use: 0:0:0:0:0:0:0:1:25")))
        .extracting(ILoggingEvent::getFormattedMessage)
        .isEqualTo("mail: cannot listen at [::1]:25: Address already in use; next try in 1s");
    assertThat(line(cannotListen("eth0:25 (192.0.2.1)", "in use: 192.0.2.1:25")))
        .extracting(ILoggingEvent::getFormattedMessage)
        .isEqualTo("mail: cannot listen at eth0:25 (192.0.2.1): in use; next try in 1s");
    assertThat(line(cannotListen("unix:/run/a b", "in use: unix:/run/a b")))
        .extracting(ILoggingEvent::getFormattedMessage)
        .isEqualTo("mail: cannot listen at unix:/run/a b: in use; next try in 1s");
  }

  private static TelemetryEvent cannotListen(String listen, String reason) {
    return new TelemetryEvent.ListenFailed(
        "mail", listen, new BindException(reason), Duration.ofSeconds(1));
  }

  /** Each address is a trouble of its own. */
  @Test
  void sameReasonAtAnotherAddressIsNews() {
    assertThat(line(cannotListen("127.0.0.1:25", "in use")).getLevel()).isEqualTo(Level.WARN);
    assertThat(line(cannotListen("127.0.0.2:25", "in use")).getLevel()).isEqualTo(Level.WARN);
    assertThat(line(cannotListen("127.0.0.1:25", "in use")).getLevel()).isEqualTo(Level.DEBUG);
  }

  @Test
  void nextTryThatFailsForTheSameReasonIsNoNews() {
    var failed =
        new TelemetryEvent.ListenFailed(
            "mail", "127.0.0.1:25", new IOException("a"), Duration.ZERO);
    var other =
        new TelemetryEvent.ListenFailed(
            "mail", "127.0.0.1:25", new IOException("b"), Duration.ZERO);
    var again =
        new TelemetryEvent.ListenerStarted("mail", "127.0.0.1:25", SampleEvents.PEER, 1, true);
    assertThat(line(failed).getLevel()).isEqualTo(Level.WARN);
    assertThat(line(failed).getLevel()).isEqualTo(Level.DEBUG);
    assertThat(line(other).getLevel()).isEqualTo(Level.WARN);
    assertThat(line(again).getLevel()).isEqualTo(Level.INFO);
    assertThat(line(other).getLevel()).isEqualTo(Level.WARN);
  }

  @Test
  void handlerThatFailsAgainAfterItWasObtainedIsNews() {
    var failed =
        new TelemetryEvent.HandlerUnavailable("mail", "handler echo", "a", Duration.ofSeconds(1));
    assertThat(line(failed).getLevel()).isEqualTo(Level.WARN);
    assertThat(line(failed).getLevel()).isEqualTo(Level.DEBUG);
    ILoggingEvent gone = line(new TelemetryEvent.HandlerRecovered("mail", "handler echo", false));
    assertThat(gone.getFormattedMessage())
        .isEqualTo("mail: handler echo, which could not be obtained, is not needed any more");
    assertThat(line(failed).getLevel()).isEqualTo(Level.WARN);
    line(new TelemetryEvent.StatusChanged("mail", Status.DRAINING, Status.STOPPED, ""));
    assertThat(line(failed).getLevel()).isEqualTo(Level.WARN);
  }

  // ---- the access log

  @Test
  void accessLogIsOffUnlessItsLoggerIsAtDebug() {
    access.setLevel(Level.INFO);
    listener.on(SampleEvents.stopped(new Ending.ByPeer()));
    assertThat(accesses.list).isEmpty();
  }

  @Test
  void accessLogHasALineForEachConnectionAtItsEnd() {
    log.setLevel(Level.OFF);
    assertThat(listener.hears(Detail.CONNECTIONS)).isFalse();
    access.setLevel(Level.DEBUG);
    assertThat(listener.hears(Detail.CONNECTIONS)).isTrue();
    assertThat(listener.hears(Detail.SERVERS)).isTrue();
    assertThat(listener.hears(Detail.TRAFFIC)).isFalse();

    SampleEvents.LEVELS.keySet().forEach(listener::on);

    assertThat(lines.list).isEmpty();
    assertThat(accesses.list)
        .extracting(ILoggingEvent::getFormattedMessage)
        .containsExactly(
            ACCESS + "failed in handleData: java.lang.IllegalStateException: bug",
            ACCESS
                + "failed in handleData: javax.net.ssl.SSLHandshakeException: the peer sent no TLS",
            ACCESS + "failed in handleData: broken",
            ACCESS + "closed by the peer",
            ACCESS + "closed by the server",
            ACCESS + "timed out",
            ACCESS + "no first byte came in time (firstByteTimeout)",
            ACCESS + "the peer was too slow: it sent 3 bytes a second (minReceiveRate)",
            ACCESS + "the peer was too slow: it took 0 bytes a second (minSendRate)",
            ACCESS + "reached its age (maxAge)",
            ACCESS + "shut down",
            ACCESS + "no handler came",
            ACCESS + "closed by force");
  }

  @Test
  void networkThatBreaksIsNoWarning() {
    assertThat(line(SampleEvents.stopped(new IOException("reset"), true)).getLevel())
        .isEqualTo(Level.DEBUG);
  }
}
