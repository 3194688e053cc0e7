package io.thousandisland.runtime.server;

import io.thousandisland.runtime.settings.ListenSettings;
import io.thousandisland.transport.ListenAt;
import io.thousandisland.transport.ListeningChannel;
import io.thousandisland.transport.Transport;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The channels that changed settings need, bound already: first the channels that stay, then the
 * channels that were opened beside them.
 *
 * @param kept how many channels stay
 */
record ListenMove(List<ListeningChannel> channels, int kept) {

  /** A move, or the reason why there is none, or neither when there is nothing to do. */
  record Prepared(@Nullable ListenMove move, Optional<String> problem) {
    static final Prepared NOTHING = new Prepared(null, Optional.empty());
  }

  /** The channels that were in use already. */
  List<ListeningChannel> inUse() {
    return channels.subList(0, kept);
  }

  /** The channels that are not in use yet. */
  List<ListeningChannel> opened() {
    return channels.subList(kept, channels.size());
  }

  /**
   * Binds the channels that {@code next} needs, by {@code by}, and sets changed options on the
   * channels that stay. After a failure nothing has changed.
   *
   * @param open the channels in use, at least one, opened with {@code now}
   */
  static Prepared prepare(
      ListenSettings now, ListenSettings next, Transport by, List<ListeningChannel> open) {
    var channels = new ArrayList<ListeningChannel>();
    if (now.isAt(next)) {
      channels.addAll(open.subList(0, Math.min(open.size(), next.sockets())));
    }
    int kept = channels.size();
    var move = new ListenMove(channels, kept);
    try {
      int had = portOf(open.getFirst(), -1);
      int port = now.isAt(next) ? had : next.port();
      boolean samePort = port == had && port > 0;
      while (channels.size() < next.sockets()) {
        ListenAt at = new ListenAt(next.address(port), next.backlog(), next.options());
        List<ListeningChannel> sharing =
            channels.size() > kept ? move.opened() : samePort ? open : List.of();
        ListeningChannel bound = sharing.isEmpty() ? by.listen(at) : sharing.getFirst().another(at);
        channels.add(bound);
        port = portOf(bound, port);
      }
      if (!now.options().equals(next.options())) { // last: this changes channels in use
        setOptions(channels.subList(0, kept), now, next);
      }
      return new Prepared(move, Optional.empty());
    } catch (IOException | RuntimeException | Error e) { // of a transport that is replaced, say
      move.opened().forEach(ListenMove::close);
      return new Prepared(null, Optional.of(whyNot(next, e)));
    }
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

  private static void close(ListeningChannel unused) {
    try {
      unused.close();
    } catch (IOException | RuntimeException e) {
      return; // the move's own failure is reported; this comes on top of it
    }
  }

  private static String whyNot(ListenSettings next, Throwable e) {
    String said = e.getMessage() == null ? e.toString() : e.getMessage();
    if (e instanceof UnknownHostException) {
      return "host is " + next.host() + "; allowed: a host name or an address of this machine";
    } else if (e instanceof UnsupportedOperationException) {
      return "listenSockets is " + next.sockets() + "; allowed: 1 (" + said + ")";
    } else if (e instanceof IOException) {
      return "host and port are %s:%d; allowed: an address of this machine on which nobody listens (%s)"
          .formatted(next.host(), next.port(), said);
    }
    return said; // names the setting
  }

  /** The port of {@code channel}, or {@code otherwise} when it has none. */
  static int portOf(ListeningChannel channel, int otherwise) {
    return channel.localAddress() instanceof InetSocketAddress inet ? inet.getPort() : otherwise;
  }
}
