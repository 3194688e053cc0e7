// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.settings;

import java.time.Duration;

/** The checks that settings have in common. */
public final class Checks {
  private Checks() {}

  static void between(String key, long value, long least, long most) {
    if (value < least || value > most) {
      throw new InvalidSetting(key, value, "a whole number from " + least + " to " + most);
    }
  }

  static void positive(String key, Duration value) {
    if (!value.isPositive()) {
      throw new InvalidSetting(key, value, "a duration longer than 0s");
    }
  }

  /** Longer than 0s and up to a day: a time over which something is measured. */
  static void positiveAndFinite(String key, Duration value) {
    if (!value.isPositive() || value.compareTo(Duration.ofDays(1)) > 0) {
      throw new InvalidSetting(key, value, "longer than 0s, up to 24h");
    }
  }

  /** Up to a day, because a wait of a thread must end. */
  static void finite(String key, Duration value) {
    if (value.isNegative() || value.compareTo(Duration.ofDays(1)) > 0) {
      throw new InvalidSetting(key, value, "0s to 24h");
    }
  }

  static void text(String key, String value, String what) {
    if (value.isBlank()) {
      throw new InvalidSetting(key, value, what);
    }
  }
}
