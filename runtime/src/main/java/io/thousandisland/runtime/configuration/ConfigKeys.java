// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.configuration;

import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The keys of a server's configuration: the keys of {@link ServerConfig}, and the platform's own.
 */
public final class ConfigKeys {

  /** The keys that Configuration Admin, SCR and the tools that feed them add to a configuration. */
  private static final Set<String> PLATFORM =
      Set.of("service.pid", "service.factoryPid", "service.bundleLocation", "service.ranking");

  private static final List<String> PLATFORM_PREFIXES =
      List.of(
          ".",
          "component.",
          "felix.",
          "org.apache.felix.",
          "org.apache.karaf.",
          ":configurator:",
          "osgi.ds.");

  /** The prefix of the keys that a server keeps for its handlers. */
  static final String OPTION = "option.";

  private static final Map<String, Method> KEYS = keys();

  private ConfigKeys() {}

  private static Map<String, Method> keys() {
    var keys = new TreeMap<String, Method>();
    for (Method method : ServerConfig.class.getDeclaredMethods()) {
      keys.put(method.getName().replace('_', '.'), method);
    }
    return keys;
  }

  /** The problem with {@code key}, if any. Never names the value, which may be a secret. */
  static Optional<String> problem(String key) {
    if (KEYS.containsKey(key)
        || PLATFORM.contains(key)
        || isOption(key)
        || PLATFORM_PREFIXES.stream().anyMatch(key::startsWith)) {
      return Optional.empty();
    }
    return Optional.of(
        "unknown key "
            + key
            + closest(key, KEYS.keySet()).map(k -> "; did you mean " + k + "?").orElse(""));
  }

  static boolean isOption(String key) {
    return key.startsWith(OPTION) && key.length() > OPTION.length();
  }

  /** Null for a key that must be given. */
  static @Nullable Object defaultOf(String key) {
    Method method = KEYS.get(key);
    if (method == null) {
      throw new IllegalStateException("no such key in ServerConfig: " + key);
    }
    return method.getDefaultValue();
  }

  /** The name of {@code known} that was probably meant by {@code typed}. */
  static Optional<String> closest(String typed, Set<String> known) {
    return known.stream()
        .filter(name -> unlikeness(name, typed) <= 2)
        .min(Comparator.comparingInt(name -> unlikeness(name, typed)));
  }

  private static int unlikeness(String a, String b) {
    return distance(a.toLowerCase(Locale.ROOT), b.toLowerCase(Locale.ROOT));
  }

  /** Levenshtein's distance. */
  private static int distance(String a, String b) {
    int[] row = new int[b.length() + 1];
    Arrays.setAll(row, i -> i);
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int substituted = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(substituted, Math.min(row[j], row[j - 1]) + 1);
      }
    }
    return row[b.length()];
  }
}
