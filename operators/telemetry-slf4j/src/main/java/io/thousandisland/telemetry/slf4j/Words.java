// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.telemetry.slf4j;

import io.thousandisland.handler.MigrationDeclinedException;
import java.io.IOException;
import java.net.BindException;
import java.time.Duration;
import java.util.Set;
import java.util.regex.Pattern;

/** The parts of sentences. */
final class Words {

  private static final Pattern CONTROL = Pattern.compile("\\p{Cntrl}+");

  /** Exceptions whose class names say nothing. */
  private static final Set<Class<?>> EVERYDAY =
      Set.of(IOException.class, BindException.class, MigrationDeclinedException.class);

  private Words() {}

  /** As in a configuration, but a long time is rounded: {@code 500ms}, {@code 15s}. */
  static String duration(Duration duration) {
    long millis = duration.toMillis();
    if (millis % 1_000 != 0 && millis < 10_000) {
      return millis + "ms";
    } else if (millis < 600_000) {
      return duration.plusMillis(500).toSeconds() + "s";
    } else if (millis < 36_000_000) {
      return duration.plusSeconds(30).toMinutes() + "m";
    }
    return duration.plusMinutes(30).toHours() + "h";
  }

  /** {@code 1 connection}, {@code 2 connections}. */
  static String count(long count, String what) {
    return count + " " + what + (count == 1 ? "" : "s");
  }

  /** The exception in words, by type and message. */
  static String thrown(Throwable thrown) {
    try {
      String message = thrown.getMessage();
      return message != null && EVERYDAY.contains(thrown.getClass()) ? message : thrown.toString();
    } catch (Throwable broken) { // the exception cannot even give its message
      return thrown.getClass().getName();
    }
  }

  /** Without line ends and the like: text from a peer or a handler must not look like a line. */
  static String oneLine(String text) {
    return CONTROL.matcher(text).replaceAll(" ");
  }
}
