// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.transport.tls;

import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The keys of a transport's configuration: the keys of {@link TlsConfig}, and the platform's own.
 */
final class TlsKeys {

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

  private static final Map<String, Method> KEYS =
      Arrays.stream(TlsConfig.class.getDeclaredMethods())
          .collect(
              Collectors.toUnmodifiableMap(
                  method -> method.getName().replace('_', '.'), method -> method));

  private TlsKeys() {}

  /**
   * Refuses what {@link TlsConfig} cannot show: unknown keys, and texts where numbers belong.
   *
   * @throws IllegalArgumentException naming each such key, and the value where it is of a key that
   *     is known; the value of another key may be a secret
   */
  static void check(Map<String, Object> properties) {
    List<String> problems = problems(properties);
    if (!problems.isEmpty()) {
      throw new RefusedTls(problems);
    }
  }

  /** As {@link #check}: the problems, none when all is well. */
  static List<String> problems(Map<String, Object> properties) {
    return properties.entrySet().stream()
        .sorted(Map.Entry.comparingByKey())
        .flatMap(entry -> problem(entry.getKey(), entry.getValue()).stream())
        .toList();
  }

  private static Optional<String> problem(String key, Object value) {
    Method known = KEYS.get(key);
    if (known != null) {
      return known.getReturnType() == int.class && !isNumber(value)
          ? Optional.of(key + " is " + value + "; allowed: a whole number")
          : Optional.empty();
    }
    boolean platform =
        PLATFORM.contains(key) || PLATFORM_PREFIXES.stream().anyMatch(key::startsWith);
    return platform
        ? Optional.empty()
        : Optional.of(
            "unknown key " + key + "; allowed: " + String.join(", ", sorted(KEYS.keySet())));
  }

  private static List<String> sorted(Set<String> names) {
    return names.stream().sorted().toList();
  }

  private static boolean isNumber(Object value) {
    try {
      int unused = Integer.parseInt(String.valueOf(value));
      return true;
    } catch (NumberFormatException text) {
      return false;
    }
  }
}
