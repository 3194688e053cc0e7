// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.listening;

import io.thousandisland.runtime.settings.ListenAddress;
import io.thousandisland.runtime.settings.ListenSettings;
import io.thousandisland.transport.ListeningChannel;
import io.thousandisland.transport.Transport;
import java.io.IOException;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The moves of all listeners of a server to changed settings: everything that may fail has been
 * done, and nothing else has changed.
 *
 * @param places where the server is to listen, in order
 * @param moves of the places for which channels are open
 */
public record ListenPlan(List<ListenPlace> places, Map<ListenPlace, ListenMove> moves) {

  /** A plan, or the reason why there is none, or neither when there is nothing to prepare. */
  public record Prepared(@Nullable ListenPlan plan, Optional<String> problem) {
    static final Prepared NOTHING = new Prepared(null, Optional.empty());
  }

  /**
   * Binds the channels that {@code next} needs, by {@code by}, and sets changed options on the
   * channels that stay. After a failure nothing has changed. At places where a listener does not
   * listen, though it should, nothing is bound: the listener goes on trying.
   *
   * @param open the channels of the places where listeners are; none where one does not listen
   */
  static Prepared prepare(
      ListenSettings now,
      ListenSettings next,
      Transport by,
      Map<ListenPlace, List<ListeningChannel>> open) {
    List<ListenPlace> places = ListenPlace.of(next.addresses());
    var leaving = new HashMap<>(open);
    leaving.keySet().removeAll(places);
    var plan = new ListenPlan(places, new HashMap<>());
    ListenPlace at = places.getFirst();
    try {
      for (ListenPlace place : places) {
        at = place;
        List<ListeningChannel> its = open.getOrDefault(place, List.of());
        if (!open.containsKey(place) || !its.isEmpty()) {
          plan.moves.put(place, ListenMove.prepare(place, next, by, its, sharing(place, leaving)));
        }
      }
      if (!now.options().equals(next.options())) { // last: this changes channels in use
        setOptions(plan.staying(), now, next);
      }
      return new Prepared(plan, Optional.empty());
    } catch (IOException | RuntimeException | Error e) { // of a transport that is replaced, say
      plan.discard();
      return new Prepared(null, Optional.of(whyNot(at, next, e)));
    }
  }

  /** A channel that leaves, at the port of {@code place}. */
  private static @Nullable ListeningChannel sharing(
      ListenPlace place, Map<ListenPlace, List<ListeningChannel>> leaving) {
    int port = place.port(-1);
    return port <= 0
        ? null
        : leaving.values().stream()
            .flatMap(List::stream)
            .filter(channel -> ListenMove.portOf(channel, -1) == port)
            .findFirst()
            .orElse(null);
  }

  /** The move at {@code place}; null when nothing was prepared there. */
  @Nullable ListenMove at(ListenPlace place) {
    return moves.get(place);
  }

  /** Closes the channels that are not in use. */
  void discard() {
    moves.values().forEach(ListenMove::discard);
  }

  private List<ListeningChannel> staying() {
    return moves.values().stream().flatMap(move -> move.inUse().stream()).toList();
  }

  /** Sets the options on all channels, or on none. */
  private static void setOptions(
      List<ListeningChannel> channels, ListenSettings now, ListenSettings next) throws IOException {
    var changed = new ArrayList<ListeningChannel>();
    try {
      for (ListeningChannel channel : channels) {
        channel.options(next.options());
        changed.add(channel);
      }
    } catch (IOException | RuntimeException e) {
      for (ListeningChannel channel : changed) {
        channel.options(now.options());
      }
      if (e instanceof UnsupportedOperationException) {
        throw new IllegalArgumentException(
            "socketOptions cannot change now: %s; suspend the server first"
                .formatted(e.getMessage()));
      }
      throw e;
    }
  }

  private static String whyNot(ListenPlace at, ListenSettings next, Throwable e) {
    String said = e.getMessage() == null ? e.toString() : e.getMessage();
    if (!(e instanceof IOException)) {
      return said; // names the setting
    }
    String where = at.text(-1);
    if (!next.brief()) {
      return "listen is %s; allowed: an address of this machine on which nobody listens (%s)"
          .formatted(where, said);
    } else if (e instanceof UnknownHostException) {
      String host = next.inet().map(ListenAddress.Inet::host).orElse("");
      return "host is " + host + "; allowed: a host name or an address of this machine";
    }
    return "host and port are %s; allowed: an address of this machine on which nobody listens (%s)"
        .formatted(where, said);
  }
}
