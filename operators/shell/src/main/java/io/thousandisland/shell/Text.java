package io.thousandisland.shell;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** The written form of addresses, times and counts. */
final class Text {

  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss", Locale.ROOT);

  private Text() {}

  /** {@code 127.0.0.1:7777}, {@code [::1]:7777}. */
  static String address(SocketAddress address) {
    if (!(address instanceof InetSocketAddress internet)) {
      return address.toString();
    }
    InetAddress host = internet.getAddress();
    String text = host == null ? internet.getHostString() : host.getHostAddress();
    return (text.contains(":") ? "[" + text + "]" : text) + ":" + internet.getPort();
  }

  /** In the zone of this computer, which {@link #zone} tells once. */
  static String time(Instant instant) {
    return TIME.format(instant.atZone(ZoneId.systemDefault()));
  }

  static String zone() {
    return "times are local: " + ZoneId.systemDefault();
  }

  /** {@code 1 connection}, {@code 2 connections}. */
  static String count(long count, String what) {
    return count + " " + what + (count == 1 ? "" : "s");
  }
}
