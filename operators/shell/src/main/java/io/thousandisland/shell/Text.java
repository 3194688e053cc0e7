package io.thousandisland.shell;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
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

  /** In the two largest units: {@code 90ms}, {@code 5s}, {@code 2m05s}, {@code 3h20m}. */
  static String duration(Duration duration) {
    long millis = duration.toMillis();
    long seconds = duration.toSeconds();
    if (millis < 1_000) {
      return millis + "ms";
    } else if (seconds < 60) {
      return seconds + "s";
    } else if (seconds < 3_600) {
      return "%dm%02ds".formatted(seconds / 60, seconds % 60);
    } else if (seconds < 360_000) {
      return "%dh%02dm".formatted(seconds / 3_600, seconds / 60 % 60);
    }
    return seconds / 86_400 + "d";
  }

  static String zone() {
    return "times are local: " + ZoneId.systemDefault();
  }

  /** {@code 1 connection}, {@code 2 connections}. */
  static String count(long count, String what) {
    return count + " " + what + (count == 1 ? "" : "s");
  }
}
