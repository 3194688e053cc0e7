package io.thousandisland.transport;

import java.net.SocketAddress;
import java.net.SocketOption;
import java.util.Map;

/**
 * The address and the settings with which one listening channel is opened.
 *
 * @param address an {@link java.net.InetSocketAddress} that is resolved, whose port 0 picks a free
 *     one, or another kind of address that the transport knows
 * @param backlog how many connections the kernel queues before they are accepted, at least 1
 * @param options socket options for the listening channel and the connections it accepts
 */
public record ListenAt(SocketAddress address, int backlog, Map<SocketOption<?>, Object> options) {
  public ListenAt {
    options = Map.copyOf(options);
  }
}
