// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.inventory;

import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The facts about one thing, in the order to show them. A fact is a text, a number, true or false,
 * a list, or again a map of facts; null stands for a fact that does not exist now.
 *
 * <p>Thread: its maker's.
 */
final class Facts {

  private final Map<String, @Nullable Object> all = new LinkedHashMap<>();

  Facts text(String name, String text) {
    return put(name, text);
  }

  Facts text(String name, Optional<String> text) {
    return put(name, text.orElse(null));
  }

  Facts number(String name, long number) {
    return put(name, number);
  }

  Facts flag(String name, boolean flag) {
    return put(name, flag);
  }

  /** An ISO 8601 instant, of milliseconds. */
  Facts time(String name, Instant time) {
    return put(name, Instant.ofEpochMilli(time.toEpochMilli()).toString());
  }

  Facts millis(String name, Duration duration) {
    return put(name, duration.toMillis());
  }

  Facts millis(String name, Optional<Duration> duration) {
    return put(name, duration.map(Duration::toMillis).orElse(null));
  }

  Facts list(String name, List<?> items) {
    return put(name, items);
  }

  Facts map(String name, Map<String, ?> facts) {
    return put(name, facts);
  }

  private Facts put(String name, @Nullable Object value) {
    all.put(name, value);
    return this;
  }

  Map<String, @Nullable Object> all() {
    return Collections.unmodifiableMap(all);
  }
}
