// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.settings;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One address where a server listens, as a configuration writes it. Nothing is looked up: a name is
 * found when the server listens there. {@code toString} gives the text that {@link #parse} reads.
 */
public sealed interface ListenAddress {

  /** The allowed forms, for messages. */
  String FORM = "HOST:PORT, [IPv6 ADDRESS]:PORT, INTERFACE:PORT, unix:/PATH or inherited";

  /** The prefix of the paths of Unix sockets. */
  String UNIX = "unix:";

  /** A key that is equal for two addresses that mean the same, however they are written. */
  Object identity();

  /**
   * The address that {@code text} means.
   *
   * @throws InvalidSetting with the key {@code listen}
   */
  static ListenAddress parse(String text) {
    String stripped = text.strip();
    if (stripped.equals("inherited")) {
      return new Inherited();
    }
    return stripped.startsWith(UNIX)
        ? new Unix(stripped.substring(UNIX.length()))
        : Inet.parse(stripped);
  }

  /**
   * A port, at a host or at all addresses of a network interface.
   *
   * @param host an address, a host name, or the name of a network interface; without brackets
   * @param port 0 picks a free one
   */
  record Inet(String host, int port) implements ListenAddress {

    private static final Pattern WRITTEN =
        Pattern.compile("(?:\\[([^\\]]*)]|([^:\\[\\]]+)):(\\d+)");
    private static final Pattern IPV4 = Pattern.compile("\\d{1,3}(\\.\\d{1,3}){3}");
    private static final Pattern IPV6 =
        Pattern.compile("([0-9a-fA-F.]*:[0-9a-fA-F:.]*)(?:%([\\w.-]+))?");

    public Inet {
      Checks.text("host", host, "a host name or an address, or a network interface");
      Checks.between("port", port, 0, 65_535);
      host = host.strip();
      if (host.startsWith("[") && host.endsWith("]")) {
        host = host.substring(1, host.length() - 1);
      }
      if (host.equals("*")) {
        host = "0.0.0.0";
      }
    }

    private static Inet parse(String text) {
      Matcher written = WRITTEN.matcher(text);
      if (!written.matches()) {
        throw new InvalidSetting("listen", text, FORM);
      }
      String six = written.group(1);
      String host = six == null ? written.group(2) : six;
      if (host.isBlank() || (six != null && !IPV6.matcher(six).matches())) {
        throw new InvalidSetting("listen", text, FORM);
      }
      String digits = written.group(3);
      if (digits.length() > 5 || Integer.parseInt(digits) > 65_535) {
        throw new InvalidSetting("listen", text, "a port from 0 to 65535");
      }
      return new Inet(host, Integer.parseInt(digits));
    }

    /** Whether the host is an address, which is no name of a host or an interface. */
    public boolean isLiteral() {
      return IPV4.matcher(host).matches() || host.contains(":");
    }

    @Override
    public Object identity() {
      Matcher six = IPV6.matcher(host);
      if (six.matches()) {
        try {
          return new Inet(InetAddress.getByName(six.group(1)) + "%" + six.group(2), port);
        } catch (UnknownHostException noAddress) {
          return this;
        }
      }
      return new Inet(host.toLowerCase(Locale.ROOT), port);
    }

    @Override
    public String toString() {
      return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
    }
  }

  /** A Unix socket at an absolute path. */
  record Unix(String path) implements ListenAddress {

    /** The JDK's limit, in bytes. The path of a socket has 108, with the NUL at its end. */
    private static final int LONGEST = 106;

    public Unix {
      int length = path.getBytes(StandardCharsets.UTF_8).length;
      if (!isAbsolute(path)) {
        throw new InvalidSetting(
            "listen", UNIX + path.replace("\0", "\\0"), "unix: and an absolute path");
      } else if (length > LONGEST) {
        throw new InvalidSetting(
            "listen",
            UNIX + path,
            "a path of at most %d bytes; this one has %d".formatted(LONGEST, length));
      }
    }

    private static boolean isAbsolute(String path) {
      try {
        return Path.of(path).isAbsolute() && Path.of(path).getFileName() != null;
      } catch (InvalidPathException noPath) {
        return false;
      }
    }

    @Override
    public Object identity() {
      return Path.of(path).normalize();
    }

    @Override
    public String toString() {
      return UNIX + path;
    }
  }

  /** The listening socket that the process was given at its start. */
  record Inherited() implements ListenAddress {

    @Override
    public Object identity() {
      return this;
    }

    @Override
    public String toString() {
      return "inherited";
    }
  }
}
