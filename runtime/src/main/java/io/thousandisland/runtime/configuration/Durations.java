// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.configuration;

import io.thousandisland.handler.ReadTimeout;
import io.thousandisland.runtime.settings.InvalidSetting;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Durations as people write them: {@code 500ms}, {@code 15s}, {@code 2m}, {@code 1h}, {@code
 * infinite}.
 */
public final class Durations {

  private static final String ALLOWED =
      "a whole number with the unit ms, s, m or h, as in 500ms or 15s, or infinite";
  private static final Pattern FORM = Pattern.compile("(\\d{1,12})\\s*(ms|s|m|h)");

  private Durations() {}

  /**
   * @throws InvalidSetting naming {@code key} when {@code text} is no duration
   */
  static Duration parse(String key, String text) {
    String trimmed = text.strip();
    if (trimmed.equals("infinite")) {
      return ReadTimeout.FOREVER;
    }
    Matcher form = FORM.matcher(trimmed);
    if (!form.matches()) {
      throw new InvalidSetting(key, text, ALLOWED);
    }
    long count = Long.parseLong(form.group(1));
    return switch (form.group(2)) {
      case "ms" -> Duration.ofMillis(count);
      case "s" -> Duration.ofSeconds(count);
      case "m" -> Duration.ofMinutes(count);
      default -> Duration.ofHours(count);
    };
  }
}
