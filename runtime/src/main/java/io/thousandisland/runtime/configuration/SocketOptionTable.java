// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.configuration;

import io.thousandisland.runtime.settings.InvalidSetting;
import java.io.IOException;
import java.net.SocketOption;
import java.net.StandardSocketOptions;
import java.nio.channels.SocketChannel;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * The socket options that an operator may set, by name: those that a TCP channel has on this system
 * and Java, except for the options that the server's design depends on, and those that can only be
 * read.
 *
 * <p>The channel is asked for them because not every framework exports the package of the JDK's
 * extended options ({@code jdk.net}).
 */
public final class SocketOptionTable {

  /** An option that only tells something, and one that the server sets by itself. */
  private static final Set<String> NOT_OURS = Set.of("SO_INCOMING_NAPI_ID", "SO_REUSEPORT");

  private record Range(int least, int most) {}

  /** The ranges of the options that are numbers; bytes of a buffer for others. */
  private static final Map<String, Range> RANGES =
      Map.of(
          "IP_TOS", new Range(0, 255),
          // above 0, the thread that closes would wait for the peer: one peer, all connections
          "SO_LINGER", new Range(-1, 0),
          "TCP_KEEPCOUNT", new Range(1, 127),
          "TCP_KEEPIDLE", new Range(1, 32_767),
          "TCP_KEEPINTERVAL", new Range(1, 32_767));

  private static final Range BUFFER = new Range(1, 1 << 30);

  private static final Map<String, SocketOption<?>> KNOWN = new TreeMap<>();

  static {
    Set<SocketOption<?>> supported;
    try (SocketChannel channel = SocketChannel.open()) {
      supported = channel.supportedOptions();
    } catch (IOException noDescriptor) { // then those that every system has
      supported =
          Set.of(
              StandardSocketOptions.SO_KEEPALIVE,
              StandardSocketOptions.SO_RCVBUF,
              StandardSocketOptions.SO_REUSEADDR,
              StandardSocketOptions.SO_SNDBUF,
              StandardSocketOptions.TCP_NODELAY,
              StandardSocketOptions.IP_TOS);
    }
    supported.stream()
        .filter(option -> !NOT_OURS.contains(option.name()))
        .filter(option -> option.type() == Boolean.class || option.type() == Integer.class)
        .forEach(option -> KNOWN.put(option.name(), option));
  }

  private SocketOptionTable() {}

  /**
   * @throws InvalidSetting when an entry is not NAME=VALUE, or not an option that may be set
   */
  static Map<SocketOption<?>, Object> parse(String key, List<String> entries) {
    var options = new LinkedHashMap<SocketOption<?>, Object>();
    for (String entry : entries) {
      int equals = entry.indexOf('=');
      String name = (equals < 0 ? entry : entry.substring(0, equals)).strip();
      SocketOption<?> option = equals < 0 ? null : KNOWN.get(name);
      if (option == null) {
        throw new InvalidSetting(
            key,
            entry,
            "NAME=VALUE, where NAME is one of "
                + String.join(", ", KNOWN.keySet())
                + " (SO_REUSEPORT follows from listenSockets)"
                + meant(name));
      }
      options.put(option, value(key, option, entry, entry.substring(equals + 1).strip()));
    }
    return options;
  }

  private static String meant(String name) {
    return KNOWN.containsKey(name)
        ? ""
        : ConfigKeys.closest(name, KNOWN.keySet())
            .map(known -> "; did you mean " + known + "?")
            .orElse("");
  }

  private static Object value(String key, SocketOption<?> option, String entry, String text) {
    if (option.type() == Boolean.class) {
      if (text.equals("true") || text.equals("false")) {
        return Boolean.valueOf(text);
      }
      throw new InvalidSetting(key, entry, option.name() + "=true or " + option.name() + "=false");
    }
    Range range = RANGES.getOrDefault(option.name(), BUFFER);
    try {
      int number = Integer.parseInt(text);
      if (number >= range.least && number <= range.most) {
        return number;
      }
    } catch (NumberFormatException e) {
      // falls through to the same message
    }
    throw new InvalidSetting(
        key,
        entry,
        option.name() + "= and a whole number from " + range.least + " to " + range.most);
  }
}
