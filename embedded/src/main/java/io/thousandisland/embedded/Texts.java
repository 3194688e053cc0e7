package io.thousandisland.embedded;

import io.thousandisland.handler.ReadTimeout;
import io.thousandisland.runtime.settings.Timeouts;
import java.io.IOException;
import java.io.Reader;
import java.net.SocketOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.stream.Collectors;

/** Typed values as the texts that a configuration file has for them, and files as such texts. */
final class Texts {

  /** Longer durations have no text, and are refused as they are. */
  private static final Duration LONGEST = Duration.ofDays(1_000_000);

  private Texts() {}

  /**
   * A duration that no text can be written for, such as half a millisecond, is given as Java prints
   * it, and refused later.
   */
  static String of(Duration value) {
    if (value.equals(ReadTimeout.FOREVER)) {
      return Timeouts.text(value);
    }
    boolean fits = value.toNanosPart() % 1_000_000 == 0 && value.abs().compareTo(LONGEST) <= 0;
    return fits ? Timeouts.text(value) : value.toString();
  }

  static String of(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }

  static List<String> of(Map<? extends SocketOption<?>, ?> options) {
    return options.entrySet().stream()
        .map(option -> option.getKey().name() + "=" + option.getValue())
        .toList();
  }

  static Map<String, String> of(Properties properties) {
    return properties.stringPropertyNames().stream()
        .collect(Collectors.toMap(key -> key, key -> properties.getProperty(key).strip()));
  }

  static Map<String, String> read(Path file) {
    var properties = new Properties();
    try (Reader reader = Files.newBufferedReader(file)) {
      properties.load(reader);
    } catch (IOException | IllegalArgumentException e) {
      throw new InvalidConfigurationException(List.of(file + " cannot be read: " + e));
    }
    return of(properties);
  }
}
