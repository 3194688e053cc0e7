// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.console.log;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.ClassicConstants;
import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.LoggingEvent;
import ch.qos.logback.classic.util.ContextInitializer;
import ch.qos.logback.core.Appender;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.status.NopStatusListener;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Logback configures itself here: the files that it finds are part of the test. */
class ConsoleLogTest {

  @TempDir Path folder;

  private final LoggerContext context = new LoggerContext();
  private final Logger root = context.getLogger(Logger.ROOT_LOGGER_NAME);

  @BeforeEach
  @AfterEach
  void forgetTheUsersFile() {
    System.clearProperty(ClassicConstants.CONFIG_FILE_PROPERTY);
  }

  private void configure() throws Exception {
    new ContextInitializer(context).autoConfig();
  }

  private List<Appender<ILoggingEvent>> appenders() {
    List<Appender<ILoggingEvent>> all = new ArrayList<>();
    root.iteratorForAppenders().forEachRemaining(all::add);
    return all;
  }

  @Test
  void serversAndHandlersAreHeardFromInfoOn() throws Exception {
    configure();

    assertThat(context.getLogger("io.thousandisland.server").getEffectiveLevel())
        .isEqualTo(Level.INFO);
    assertThat(context.getLogger("org.example").getEffectiveLevel()).isEqualTo(Level.INFO);
    assertThat(context.getLogger("org.apache.felix.scr").getEffectiveLevel()).isEqualTo(Level.WARN);
  }

  @Test
  void lineHasTimeLevelTheLoggersLastNameAndTheMessage() throws Exception {
    configure();

    assertThat(appenders()).singleElement().isInstanceOf(ConsoleAppender.class);
    var console = (ConsoleAppender<ILoggingEvent>) appenders().getFirst();
    assertThat(console.isStarted()).isTrue();
    assertThat(console.getTarget()).isEqualTo("System.out");
    var event =
        new LoggingEvent(
            "", context.getLogger("a.b.server"), Level.WARN, "x {}", null, new Object[] {"y"});
    assertThat(new String(console.getEncoder().encode(event), StandardCharsets.UTF_8))
        .matches("\\d\\d:\\d\\d:\\d\\d\\.\\d{3} WARN  server: x y\\R");
  }

  @Test
  void logbackKeepsItsOwnTroublesToItself() throws Exception {
    configure();

    assertThat(context.getStatusManager().getCopyOfStatusListenerList())
        .hasOnlyElementsOfType(NopStatusListener.class)
        .isNotEmpty();
  }

  @Test
  void fileOfTheUsersIsTakenInstead() throws Exception {
    Path file =
        Files.writeString(
            folder.resolve("mine.xml"),
            "<configuration><logger name='mine' level='ERROR'/></configuration>");
    System.setProperty(ClassicConstants.CONFIG_FILE_PROPERTY, file.toString());

    configure();

    assertThat(context.getLogger("mine").getLevel()).isEqualTo(Level.ERROR);
    assertThat(context.getLogger("io.thousandisland").getLevel()).isNull();
    assertThat(appenders()).isEmpty();
  }
}
