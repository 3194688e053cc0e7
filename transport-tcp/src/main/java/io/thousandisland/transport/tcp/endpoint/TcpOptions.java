// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.transport.tcp.endpoint;

import static java.net.StandardProtocolFamily.UNIX;
import static java.net.StandardSocketOptions.SO_RCVBUF;
import static java.net.StandardSocketOptions.SO_REUSEADDR;
import static java.net.StandardSocketOptions.SO_REUSEPORT;
import static java.net.StandardSocketOptions.TCP_NODELAY;

import java.io.IOException;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.nio.channels.NetworkChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * The socket options of one listening channel and of the connections it accepts: the defaults, and
 * over them the options given.
 */
public class TcpOptions { // not final, for a test

  /** Set on the listening channel before it is bound; accepted connections inherit them. */
  private static final Set<SocketOption<?>> OF_LISTENING = Set.of(SO_RCVBUF, SO_REUSEADDR);

  /** Whether they are for Unix sockets, which have other options, and no defaults of ours. */
  private final boolean unix;

  private final Map<SocketOption<?>, Object> listening = new HashMap<>();
  private final Map<SocketOption<?>, Object> accepted = new HashMap<>();

  /** The defaults for TCP. */
  public TcpOptions() {
    this(false);
  }

  private TcpOptions(boolean unix) {
    this.unix = unix;
    if (!unix) {
      listening.put(SO_REUSEADDR, true);
      accepted.put(TCP_NODELAY, true);
    }
  }

  /**
   * These options, tried on a socket: it is better to refuse an option now than at each accept.
   *
   * @throws IllegalArgumentException when an option cannot be set; the message names it
   */
  public static TcpOptions of(Map<SocketOption<?>, Object> given, SocketAddress at)
      throws IOException {
    TcpOptions options = new TcpOptions(Endpoint.isUnix(at));
    given.forEach(options::put);
    try (SocketChannel trial = options.unix ? SocketChannel.open(UNIX) : SocketChannel.open()) {
      options.applyToAccepted(trial);
    }
    return options;
  }

  private void put(SocketOption<?> option, Object value) {
    if (option.equals(SO_REUSEPORT)) {
      throw new IllegalArgumentException(
          "option SO_REUSEPORT cannot be set: the server sets it when listening sockets share a port");
    }
    if (!option.type().isInstance(value)) {
      throw new IllegalArgumentException(
          "option %s = %s: must be of type %s"
              .formatted(option.name(), value, option.type().getSimpleName()));
    }
    (OF_LISTENING.contains(option) ? listening : accepted).put(option, value);
  }

  public void applyToListening(ServerSocketChannel channel) throws IOException {
    apply(listening, channel);
  }

  /**
   * Applies these options in place of {@code before}, on a channel that is open. An option that is
   * no longer given gets the system's default again.
   */
  public void replace(TcpOptions before, ServerSocketChannel channel) throws IOException {
    var all = new HashMap<SocketOption<?>, Object>();
    try (ServerSocketChannel fresh =
        unix ? ServerSocketChannel.open(UNIX) : ServerSocketChannel.open()) {
      for (SocketOption<?> option : before.listening.keySet()) {
        all.put(option, fresh.getOption(option));
      }
    }
    all.putAll(listening);
    apply(all, channel);
  }

  public void applyToAccepted(SocketChannel channel) throws IOException {
    apply(accepted, channel);
  }

  private static void apply(Map<SocketOption<?>, Object> options, NetworkChannel channel)
      throws IOException {
    for (var option : options.entrySet()) {
      set(channel, option.getKey(), option.getValue());
    }
  }

  @SuppressWarnings("unchecked") // put has looked at the type
  private static <T> void set(NetworkChannel channel, SocketOption<T> option, Object value)
      throws IOException {
    try {
      channel.setOption(option, (T) value);
    } catch (UnsupportedOperationException | IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "option %s = %s: %s".formatted(option.name(), value, e.getMessage()), e);
    }
  }
}
