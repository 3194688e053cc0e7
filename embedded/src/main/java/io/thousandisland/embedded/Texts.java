// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.embedded;

import io.thousandisland.handler.ReadTimeout;
import io.thousandisland.runtime.settings.Timeouts;
import java.io.IOException;
import java.io.Reader;
import java.io.StringReader;
import java.net.SocketOption;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;

/** Typed values as the texts that a configuration file has for them, and files as such texts. */
final class Texts {

  /** Longer durations have no text, and are refused as they are. */
  private static final Duration LONGEST = Duration.ofDays(1_000_000);

  /** The byte-order mark of UTF-8. */
  private static final String MARK = "\ufeff";

  private Texts() {}

  /**
   * A duration that no text can be written for, such as half a millisecond, is given as Java prints
   * it, and refused later.
   */
  static String of(Duration value) {
    if (value.equals(ReadTimeout.FOREVER)) {
      return Timeouts.text(value);
    }
    boolean fits =
        value.toNanosPart() % 1_000_000 == 0
            && value.compareTo(LONGEST) <= 0
            && value.compareTo(LONGEST.negated()) >= 0;
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

  /** Defaults included, and also keys and values that are no texts: {@code put("port", 7777)}. */
  static Map<String, Object> of(Properties properties) {
    var all = new HashMap<String, Object>();
    properties.forEach((key, value) -> all.put(key.toString(), value));
    for (String key : properties.stringPropertyNames()) {
      all.put(key, properties.getProperty(key).strip());
    }
    return all;
  }

  static Map<String, Object> read(Path file) {
    var properties = new Properties();
    try (Reader reader = new StringReader(text(file))) {
      properties.load(reader);
    } catch (CharacterCodingException e) {
      throw unreadable(file, "it is not UTF-8");
    } catch (IOException | IllegalArgumentException e) {
      throw unreadable(file, e.toString());
    }
    return of(properties);
  }

  /** Without the mark that editors on Windows put in front. */
  private static String text(Path file) throws IOException {
    String text = Files.readString(file);
    return text.startsWith(MARK) ? text.substring(MARK.length()) : text;
  }

  private static InvalidConfigurationException unreadable(Path file, String why) {
    return new InvalidConfigurationException(List.of(file + " cannot be read: " + why));
  }
}
