package io.thousandisland.telemetry.slf4j;

import static java.util.stream.Collectors.toSet;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.thousandisland.telemetry.Detail;
import io.thousandisland.telemetry.TelemetryEvent;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.MethodSource;

class LoggingListenerTest {

  private static final List<Level> LEVELS =
      List.of(Level.ERROR, Level.WARN, Level.INFO, Level.DEBUG, Level.TRACE);

  private final Logger log = new LoggerContext().getLogger("test");
  private final ListAppender<ILoggingEvent> lines = new ListAppender<>();
  private final LoggingListener listener = new LoggingListener(log);

  @BeforeEach
  void collect() {
    lines.start();
    log.addAppender(lines);
    log.setLevel(Level.TRACE);
  }

  private ILoggingEvent line(TelemetryEvent event) {
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
    assertThat(line.getFormattedMessage()).startsWith("mail: ");
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

  /** Fails whoever asks for its text. */
  private static final class Unspeakable extends IOException {
    private static final long serialVersionUID = 1L;

    @Override
    public String getMessage() {
      throw new AssertionError("rendered");
    }
  }

  @Test
  void eventWhoseLevelIsOffIsNotRendered() {
    var failed = new TelemetryEvent.ListenFailed("mail", new Unspeakable(), Duration.ofSeconds(1));
    var receive = new TelemetryEvent.ReceiveFailed(SampleEvents.SPAN, new Unspeakable());

    log.setLevel(Level.ERROR);
    listener.on(failed);
    listener.on(receive);
    log.setLevel(Level.INFO);
    listener.on(receive);

    assertThat(lines.list).isEmpty();
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
  void linesAnOperatorReadsEveryDayAreInWords() {
    assertThat(SampleEvents.LEVELS.keySet().stream().map(this::line))
        .extracting(ILoggingEvent::getFormattedMessage)
        .contains(
            "mail: WAITING: why",
            "mail: configuration refused: port is x",
            "mail: listening on /127.0.0.1:50000",
            "mail: no longer listening on /127.0.0.1:50000",
            "mail: cannot listen: broken; next try in PT1S",
            "mail: handler echo cannot be obtained: why; next try in 1 s",
            "mail: a connection could not be accepted: broken",
            "mail: server drained: 4 migrated, 1 graceful, 2 forced, lingering [], took 1000 ms",
            "mail: generation 1, handler echo 1.0.0, serves new connections",
            "mail: generation 1, handler echo 1.0.0, serves no new connections; it has 2",
            "mail: generation 1, handler echo 1.0.0, has no connection left");
  }

  @Test
  void networkThatBreaksIsNoWarning() {
    assertThat(line(SampleEvents.stopped(new IOException("reset"), true)).getLevel())
        .isEqualTo(Level.DEBUG);
  }
}
