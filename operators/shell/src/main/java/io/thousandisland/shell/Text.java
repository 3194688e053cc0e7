// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.shell;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** The written form of times and counts. */
final class Text {

  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss", Locale.ROOT);

  private Text() {}

  /** In the zone of this computer, which {@link #zone} tells once. */
  static String time(Instant instant) {
    return TIME.format(instant.atZone(ZoneId.systemDefault()));
  }

  /** In the two largest units: {@code 90ms}, {@code 5s}, {@code 2m05s}, {@code 3h20m}. */
  static String duration(Duration duration) {
    long millis = duration.toMillis();
    long seconds = duration.toSeconds();
    if (millis < 1_000) {
      return millis + "ms";
    } else if (seconds < 60) {
      return seconds + "s";
    } else if (seconds < 3_600) {
      return "%dm%02ds".formatted(seconds / 60, seconds % 60);
    } else if (seconds < 360_000) {
      return "%dh%02dm".formatted(seconds / 3_600, seconds / 60 % 60);
    }
    return seconds / 86_400 + "d";
  }

  /** The words of {@code text} on lines of {@code width} characters; a longer word is cut. */
  static List<String> wrapped(String text, int width) {
    var lines = new ArrayList<String>();
    var line = new StringBuilder();
    for (String word : words(text, width)) {
      if (!line.isEmpty() && line.length() + 1 + word.length() > width) {
        lines.add(line.toString());
        line.setLength(0);
      }
      line.append(line.isEmpty() ? "" : " ").append(word);
    }
    lines.add(line.toString());
    return lines;
  }

  private static List<String> words(String text, int width) {
    return Stream.of(text.strip().split("\\s+"))
        .flatMap(word -> Stream.of(word.split("(?<=\\G.{" + width + "})")))
        .toList();
  }

  static String zone() {
    return "times are local: " + ZoneId.systemDefault();
  }

  /** {@code 1 connection}, {@code 2 connections}. */
  static String count(long count, String what) {
    return count + " " + what + (count == 1 ? "" : "s");
  }
}
