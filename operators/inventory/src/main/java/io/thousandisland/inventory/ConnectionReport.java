// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.inventory;

import io.thousandisland.server.Addresses;
import io.thousandisland.server.ConnectionInfo;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The few live connections of a server that are worth a look. There may be thousands of others. */
final class ConnectionReport {

  /** The most connections that a list has. */
  static final int MOST = 5;

  private ConnectionReport() {}

  /** The connections that live longest, the oldest first. */
  static List<Map<String, @Nullable Object>> oldest(List<ConnectionInfo> all) {
    return facts(all.stream().sorted(Comparator.comparing(ConnectionInfo::started)));
  }

  /** The connections whose peers do not take what is sent to them, the most unsent bytes first. */
  static List<Map<String, @Nullable Object>> slowest(List<ConnectionInfo> all) {
    return facts(
        all.stream()
            .filter(info -> info.unsent() > 0)
            .sorted(Comparator.comparingLong(ConnectionInfo::unsent).reversed()));
  }

  private static List<Map<String, @Nullable Object>> facts(Stream<ConnectionInfo> sorted) {
    return sorted.limit(MOST).map(ConnectionReport::facts).toList();
  }

  private static Map<String, @Nullable Object> facts(ConnectionInfo info) {
    return new Facts()
        .number("id", info.id())
        .text("remote", Addresses.text(info.remote()))
        .text("local", Addresses.text(info.local()))
        .text("label", info.label())
        .number("acceptor", info.acceptor())
        .number("generation", info.generation())
        .time("started", info.started())
        .millis("idleMillis", info.idle())
        .number("received", info.counters().bytesReceived())
        .number("sent", info.counters().bytesSent())
        .number("unread", info.unread())
        .number("unsent", info.unsent())
        .millis("dueMillis", info.deadline())
        .flag("counted", info.counted())
        .all();
  }
}
