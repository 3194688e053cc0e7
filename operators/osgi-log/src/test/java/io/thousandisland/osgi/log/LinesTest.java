// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.osgi.log;

import static org.assertj.core.api.Assertions.assertThat;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleException;
import org.osgi.framework.FrameworkEvent;
import org.osgi.framework.ServiceException;
import org.osgi.service.log.LogLevel;
import org.slf4j.event.Level;

class LinesTest {

  private static final Bundle BUNDLE = Entry.bundle("org.example.shout");

  private static Line line(LogLevel level, @Nullable String logger, String message) {
    return Lines.of(new Entry(1, level, logger, message, BUNDLE, null));
  }

  private static Line event(int type, Throwable thrown) {
    return Lines.of(new FrameworkEvent(type, BUNDLE, thrown));
  }

  @Test
  void loggerIsThatOfTheEntry() {
    assertThat(line(LogLevel.WARN, "a.b.C", "x").logger()).isEqualTo("a.b.C");
  }

  @ParameterizedTest
  @NullSource
  @ValueSource(strings = {"", "LogService", "LogService.org.example.shout", "ROOT"})
  void loggerWithoutANameIsThatOfTheBundle(@Nullable String none) {
    assertThat(line(LogLevel.WARN, none, "x").logger()).isEqualTo("org.example.shout");
  }

  @Test
  void bundleIsNamedUnlessTheMessageNamesIt() {
    assertThat(line(LogLevel.WARN, "a", "x").message()).isEqualTo("org.example.shout 1.2.3: x");
    assertThat(line(LogLevel.WARN, "a", "bundle org.example.shout: x").message())
        .isEqualTo("bundle org.example.shout: x");
    assertThat(Lines.of(new Entry(1, "x")).message()).isEqualTo("x");
  }

  @ParameterizedTest
  @CsvSource({"AUDIT,WARN", "ERROR,ERROR", "WARN,WARN", "INFO,INFO", "DEBUG,DEBUG", "TRACE,TRACE"})
  void levelIsThatOfTheEntryAndAnAuditIsSeen(LogLevel osgi, Level slf4j) {
    assertThat(line(osgi, "a", "x").level()).isEqualTo(slf4j);
  }

  @ParameterizedTest
  @ValueSource(strings = {"Events.Service.a", "Events.Bundle", "Events.Framework.a"})
  void serviceThatComesOrGoesIsNoNews(String logger) {
    assertThat(line(LogLevel.INFO, logger, "ServiceEvent REGISTERED").level())
        .isEqualTo(Level.DEBUG);
  }

  @Test
  void troubleOfTheFrameworkIsItsException() {
    var thrown = new BundleException("cannot resolve");

    assertThat(event(FrameworkEvent.ERROR, thrown))
        .isEqualTo(
            new Line(
                "org.osgi.framework",
                Level.ERROR,
                "org.example.shout 1.2.3: org.osgi.framework.BundleException: cannot resolve",
                thrown,
                "7 1"));
    assertThat(event(FrameworkEvent.WARNING, thrown).level()).isEqualTo(Level.WARN);
    assertThat(event(FrameworkEvent.INFO, thrown).level()).isEqualTo(Level.DEBUG);
  }

  @Test
  void serviceThatCannotBeObtainedIsToldWithTheCause() {
    var cause = new UnsupportedClassVersionError("version 80");
    var thrown = new ServiceException("factory", ServiceException.FACTORY_EXCEPTION, cause);

    Line line = event(FrameworkEvent.ERROR, thrown);

    assertThat(line.level()).isEqualTo(Level.ERROR);
    assertThat(line.message()).contains("a service cannot be obtained: " + cause);
  }

  @Test
  void whatDeclarativeServicesHaveLoggedIsNotToldAgain() {
    var nothing = new ServiceException("null", ServiceException.FACTORY_ERROR);
    assertThat(event(FrameworkEvent.WARNING, nothing).level()).isEqualTo(Level.DEBUG);

    var own = new IllegalStateException("as logged");
    own.setStackTrace(
        new StackTraceElement[] {
          new StackTraceElement("org.apache.felix.scr.impl.A", "get", "A.java", 1)
        });
    var thrown = new ServiceException("factory", ServiceException.FACTORY_EXCEPTION, own);
    assertThat(event(FrameworkEvent.ERROR, thrown).level()).isEqualTo(Level.DEBUG);
  }
}
