package io.thousandisland.runtime.component;

import io.thousandisland.runtime.server.InvalidSetting;
import io.thousandisland.runtime.server.ServerSettings;
import io.thousandisland.runtime.server.ServerSettings.WhenBetterHandlerArrives;
import io.thousandisland.runtime.server.ServerSettings.WhenHandlerLeaves;
import io.thousandisland.runtime.server.ServerSettings.WhenLimitReached;
import java.lang.reflect.Method;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * Turns a component's properties into a server's settings. Keys, types and defaults are those of
 * {@link ServerConfig}; every key that is wrong or unknown is named, all in one message.
 */
final class SettingsReader {

  /** What Configuration Admin, SCR and those who feed them add to a configuration. */
  private static final Set<String> PLATFORM =
      Set.of("service.pid", "service.factoryPid", "service.bundleLocation", "service.ranking");

  private static final List<String> PLATFORM_PREFIXES =
      List.of(".", "component.", "felix.", "org.apache.felix.", ":configurator:", "osgi.ds.");

  private static final Map<String, Method> KEYS = keys();

  private final Map<String, Object> properties;
  private final List<String> problems = new ArrayList<>();

  private SettingsReader(Map<String, Object> properties) {
    this.properties = properties;
  }

  /**
   * @throws InvalidSettings naming every key that is wrong
   */
  static ServerSettings read(Map<String, Object> properties) {
    return new SettingsReader(properties).read();
  }

  /** The configured name, or what follows the {@code ~} of the factory PID. */
  static String name(Map<String, Object> properties) {
    if (properties.get("name") instanceof String name && !name.isBlank()) {
      return name;
    }
    String pid = String.valueOf(properties.getOrDefault("service.pid", "server"));
    return pid.substring(Math.max(pid.lastIndexOf('~'), pid.lastIndexOf('.')) + 1);
  }

  private static Map<String, Method> keys() {
    var keys = new TreeMap<String, Method>();
    for (Method method : ServerConfig.class.getDeclaredMethods()) {
      keys.put(method.getName().replace('_', '.'), method);
    }
    return keys;
  }

  private ServerSettings read() {
    properties.keySet().stream().sorted().forEach(this::checkKnown);
    ServerSettings settings = null;
    try {
      settings =
          new ServerSettings(
              name(properties),
              text("host"),
              number("port"),
              number("backlog"),
              number("acceptors"),
              number("listenSockets"),
              number("maxConnections"),
              choice("whenLimitReached", WhenLimitReached.values()),
              duration("readTimeout"),
              duration("sendTimeout"),
              duration("handshakeTimeout"),
              duration("drainTimeout"),
              duration("shutdownTimeout"),
              duration("handlerWait"),
              choice("whenHandlerLeaves", WhenHandlerLeaves.values()),
              choice("whenBetterHandlerArrives", WhenBetterHandlerArrives.values()),
              number("readBufferSize"),
              number("unreadLimit"),
              number("mailboxSize"),
              number("restarts"),
              duration("restartWindow"),
              parsed("socketOptions", Map.of(), key -> SocketOptionTable.parse(key, texts(key))));
    } catch (InvalidSetting e) {
      problems.add(asWritten(e));
    }
    if (settings == null || !problems.isEmpty()) {
      throw new InvalidSettings(problems);
    }
    return settings;
  }

  /** The message, with the value as the operator wrote it: 0s, not PT0S. */
  private String asWritten(InvalidSetting e) {
    Object given = properties.get(e.key());
    return String.valueOf(
        given == null
            ? e.getMessage()
            : new InvalidSetting(e.key(), given, e.allowed()).getMessage());
  }

  private void checkKnown(String key) {
    boolean platform =
        PLATFORM.contains(key)
            || PLATFORM_PREFIXES.stream().anyMatch(key::startsWith)
            || key.endsWith(".cardinality.minimum")
            || key.endsWith(".target");
    if (!platform && !KEYS.containsKey(key)) {
      problems.add(
          "unknown key " + key + closest(key).map(k -> "; did you mean " + k + "?").orElse(""));
    }
  }

  private static Optional<String> closest(String key) {
    return KEYS.keySet().stream()
        .filter(known -> unlikeness(known, key) <= 2)
        .min(Comparator.comparingInt(known -> unlikeness(known, key)));
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

  private Object value(String key) {
    Object given = properties.get(key);
    return given != null ? given : defaultOf(key);
  }

  private static Object defaultOf(String key) {
    Method method = KEYS.get(key);
    if (method == null) {
      throw new IllegalStateException("no such key in ServerConfig: " + key);
    }
    return method.getDefaultValue();
  }

  private <T> T parsed(String key, T instead, Function<String, T> parse) {
    try {
      return parse.apply(key);
    } catch (InvalidSetting e) {
      problems.add(String.valueOf(e.getMessage()));
      return instead;
    }
  }

  private String text(String key) {
    return String.valueOf(value(key)).strip();
  }

  private int number(String key) {
    return parsed(
        key,
        (Integer) defaultOf(key),
        k -> {
          try {
            return Integer.valueOf(text(k));
          } catch (NumberFormatException e) {
            throw new InvalidSetting(k, value(k), "a whole number");
          }
        });
  }

  private Duration duration(String key) {
    return parsed(
        key, Durations.parse(key, (String) defaultOf(key)), k -> Durations.parse(k, text(k)));
  }

  private <E extends Enum<E>> E choice(String key, E[] values) {
    return parsed(
        key,
        values[0],
        k -> {
          for (E value : values) {
            if (value.name().equalsIgnoreCase(text(k))) {
              return value;
            }
          }
          String allowed =
              String.join(" or ", Arrays.stream(values).map(SettingsReader::spelled).toList());
          throw new InvalidSetting(k, value(k), allowed);
        });
  }

  private static String spelled(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }

  private List<String> texts(String key) {
    Object value = value(key);
    if (value instanceof Object[] array) {
      return Arrays.stream(array).map(String::valueOf).toList();
    }
    if (value instanceof Collection<?> several) {
      return several.stream().map(String::valueOf).toList();
    }
    return Arrays.stream(String.valueOf(value).split(","))
        .map(String::strip)
        .filter(s -> !s.isEmpty())
        .toList();
  }
}
