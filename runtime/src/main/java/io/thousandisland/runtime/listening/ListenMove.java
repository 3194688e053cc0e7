// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.listening;

import io.thousandisland.runtime.settings.ListenSettings;
import io.thousandisland.transport.ListenAt;
import io.thousandisland.transport.ListeningChannel;
import io.thousandisland.transport.Transport;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The channels that one listener needs for changed settings, bound already: first the channels that
 * stay, then the channels that were opened beside them.
 *
 * @param kept how many channels stay
 */
record ListenMove(List<ListeningChannel> channels, int kept) {

  /** The channels that stay. */
  List<ListeningChannel> inUse() {
    return channels.subList(0, kept);
  }

  /** The channels that are not in use yet. */
  List<ListeningChannel> opened() {
    return channels.subList(kept, channels.size());
  }

  /** Closes the channels that are not in use. */
  void discard() {
    opened().forEach(ListenMove::close);
  }

  /**
   * Binds the channels that a listener at {@code place} needs beside those that it has.
   *
   * @param open the channels in use at the place; none for a place that is new
   * @param leaving a channel whose port the new channels have to share for a moment
   */
  static ListenMove prepare(
      ListenPlace place,
      ListenSettings next,
      Transport by,
      List<ListeningChannel> open,
      @Nullable ListeningChannel leaving)
      throws IOException {
    int kept = Math.min(open.size(), next.sockets());
    var channels = new ArrayList<>(open.subList(0, kept));
    var move = new ListenMove(channels, kept);
    try {
      int port = open.isEmpty() ? -1 : portOf(open.getFirst(), -1);
      ListeningChannel sharing = open.isEmpty() ? leaving : open.getFirst();
      while (channels.size() < next.sockets()) {
        var at = new ListenAt(place.at(port), next.backlog(), next.options(), next.access());
        ListeningChannel bound = sharing == null ? by.listen(at) : another(sharing, at, next);
        channels.add(bound);
        port = portOf(bound, port);
        sharing = bound;
      }
      return move;
    } catch (Throwable e) {
      move.discard();
      throw e;
    }
  }

  /** A channel at the port of {@code open}, to share it. */
  static ListeningChannel another(ListeningChannel open, ListenAt at, ListenSettings settings)
      throws IOException {
    try {
      return open.another(at);
    } catch (UnsupportedOperationException e) {
      throw new UnsupportedOperationException(
          "listenSockets is " + settings.sockets() + "; allowed: 1 (" + e.getMessage() + ")", e);
    }
  }

  private static void close(ListeningChannel unused) {
    try {
      unused.close();
    } catch (IOException | RuntimeException e) {
      return; // the move's own failure is reported; this comes on top of it
    }
  }

  /** The port of {@code channel}, or {@code otherwise} when it has none. */
  static int portOf(ListeningChannel channel, int otherwise) {
    return channel.localAddress() instanceof InetSocketAddress inet ? inet.getPort() : otherwise;
  }
}
