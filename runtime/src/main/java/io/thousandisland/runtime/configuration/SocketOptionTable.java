package io.thousandisland.runtime.configuration;

import io.thousandisland.runtime.settings.InvalidSetting;
import java.net.SocketOption;
import java.net.StandardSocketOptions;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The socket options an operator may set, by name. */
public final class SocketOptionTable {

  private static final Map<String, SocketOption<?>> KNOWN = new TreeMap<>();

  static {
    List.of(
            StandardSocketOptions.SO_KEEPALIVE,
            StandardSocketOptions.SO_RCVBUF,
            StandardSocketOptions.SO_REUSEADDR,
            StandardSocketOptions.SO_SNDBUF,
            StandardSocketOptions.TCP_NODELAY,
            StandardSocketOptions.IP_TOS)
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
      SocketOption<?> option = equals < 0 ? null : KNOWN.get(entry.substring(0, equals).strip());
      if (option == null) {
        throw new InvalidSetting(
            key,
            entry,
            "NAME=VALUE, where NAME is one of "
                + String.join(", ", KNOWN.keySet())
                + " (SO_REUSEPORT follows from listenSockets)");
      }
      options.put(option, value(key, option, entry, entry.substring(equals + 1).strip()));
    }
    return options;
  }

  private static Object value(String key, SocketOption<?> option, String entry, String text) {
    if (option.type() == Boolean.class) {
      if (text.equals("true") || text.equals("false")) {
        return Boolean.valueOf(text);
      }
      throw new InvalidSetting(key, entry, option.name() + "=true or " + option.name() + "=false");
    }
    boolean service = option.equals(StandardSocketOptions.IP_TOS);
    int least = service ? 0 : 1;
    int most = service ? 255 : 1 << 30;
    try {
      int number = Integer.parseInt(text);
      if (number >= least && number <= most) {
        return number;
      }
    } catch (NumberFormatException e) {
      // falls through to the same message
    }
    throw new InvalidSetting(
        key, entry, option.name() + "= and a whole number from " + least + " to " + most);
  }
}
