// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.console.log;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.PatternLayout;
import ch.qos.logback.classic.spi.LoggingEvent;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Compares the lines with the lines of Logback's PatternLayout. */
class LineLayoutTest {

  private static final List<Level> LEVELS =
      List.of(Level.ERROR, Level.WARN, Level.INFO, Level.DEBUG, Level.TRACE);

  private final LoggerContext context = new LoggerContext();
  private final LineLayout layout = new LineLayout();
  private final PatternLayout pattern = new PatternLayout();

  @BeforeEach
  void start() {
    pattern.setPattern("%d{HH:mm:ss.SSS} %-5level %logger{0}: %msg%n");
    pattern.setContext(context);
    pattern.start();
    layout.setContext(context);
    layout.start();
  }

  private void assertSameLine(LoggingEvent event) {
    assertThat(layout.doLayout(event)).isEqualTo(pattern.doLayout(event));
  }

  private LoggingEvent event(Level level, String logger, @Nullable Throwable thrown) {
    return new LoggingEvent("", context.getLogger(logger), level, "x {}", thrown, new Object[] {1});
  }

  @ParameterizedTest
  @FieldSource("LEVELS")
  void levelsAreInAColumn(Level level) {
    assertSameLine(event(level, "io.thousandisland.server", null));
  }

  @ParameterizedTest
  @ValueSource(strings = {Logger.ROOT_LOGGER_NAME, "a", "a.b", "a.b.", "a.b$c"})
  void loggerIsTheLastPartOfItsName(String logger) {
    assertSameLine(event(Level.INFO, logger, null));
  }

  @Test
  void traceFollowsWithItsCause() {
    var cause = new IOException("disk");
    assertSameLine(event(Level.ERROR, "a.b", new UncheckedIOException("full", cause)));
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 1, 999, 1_700_000_000_123L, 1_700_000_000_124L})
  void timeIsThatOfTheEvent(long millis) {
    LoggingEvent event = event(Level.INFO, "a", null);
    event.setTimeStamp(millis);
    assertSameLine(event);
  }
}
