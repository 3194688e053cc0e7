// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.shell;

import io.thousandisland.server.ConnectionInfo;
import java.net.SocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * The connections that a command is to show: of which server, which of them, in which order.
 *
 * @param server empty for all servers
 */
record ConnectionQuery(
    Optional<String> server,
    Predicate<ConnectionInfo> matches,
    Comparator<ConnectionInfo> order,
    int most) {

  private static final String IDLE = "--idle";
  private static final String OLDER = "--older";
  private static final String ADDRESS = "--address";
  private static final String LABEL = "--label";
  private static final String SORT = "--sort";
  private static final String TOP = "--top";

  private static final String USAGE =
      "usage: ti:connections [NAME] [--idle 30s] [--older 1h] [--address ADDRESS] [--label TEXT]"
          + " [--sort age|idle|received|sent|unread|unsent] [--top 10]";

  /** The orders, the largest first. */
  private static final Map<String, Comparator<ConnectionInfo>> ORDERS =
      Map.of(
          "age", Comparator.comparing(ConnectionInfo::started),
          "idle", Comparator.comparing(ConnectionInfo::idle).reversed(),
          "received", largest(info -> info.counters().bytesReceived()),
          "sent", largest(info -> info.counters().bytesSent()),
          "unread", largest(ConnectionInfo::unread),
          "unsent", largest(ConnectionInfo::unsent));

  /** A number that connections are ordered by. */
  private interface Size {
    long of(ConnectionInfo info);
  }

  private static Comparator<ConnectionInfo> largest(Size size) {
    return Comparator.<ConnectionInfo>comparingLong(size::of).reversed();
  }

  /**
   * @throws IllegalArgumentException when an argument is wrong; the message says what is allowed
   */
  static ConnectionQuery of(String... typed) {
    var options = Options.of(USAGE, List.of(IDLE, OLDER, ADDRESS, LABEL, SORT, TOP), typed);
    if (options.words().size() > 1) {
      throw new IllegalArgumentException("too many arguments; " + USAGE);
    }
    Predicate<ConnectionInfo> matches = any -> true;
    Optional<Duration> idle = options.duration(IDLE);
    if (idle.isPresent()) {
      matches = matches.and(info -> info.idle().compareTo(idle.get()) >= 0);
    }
    Optional<Instant> before = options.duration(OLDER).map(age -> Instant.now().minus(age));
    if (before.isPresent()) {
      matches = matches.and(info -> !info.started().isAfter(before.get()));
    }
    Optional<String> label = options.text(LABEL).map(text -> text.toLowerCase(Locale.ROOT));
    if (label.isPresent()) {
      matches = matches.and(info -> info.label().toLowerCase(Locale.ROOT).contains(label.get()));
    }
    Optional<String> address = options.text(ADDRESS);
    if (address.isPresent()) {
      Predicate<SocketAddress> at = AddressFilter.of(ADDRESS, address.get());
      matches = matches.and(info -> at.test(info.remote()));
    }
    return new ConnectionQuery(
        options.words().stream().findFirst(),
        matches,
        options
            .text(SORT)
            .map(ConnectionQuery::order)
            .orElse(Comparator.comparingLong(ConnectionInfo::id)),
        options.number(TOP).orElse(Integer.MAX_VALUE));
  }

  private static Comparator<ConnectionInfo> order(String name) {
    Comparator<ConnectionInfo> order = ORDERS.get(name);
    if (order == null) {
      throw Options.wrong(SORT, name, "age, idle, received, sent, unread or unsent");
    }
    return order;
  }

  /** The connections to show. */
  List<ConnectionInfo> of(List<ConnectionInfo> all) {
    return all.stream().filter(matches).sorted(order).limit(most).toList();
  }
}
