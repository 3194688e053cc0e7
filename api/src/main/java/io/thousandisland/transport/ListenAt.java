package io.thousandisland.transport;

import java.net.SocketOption;
import java.util.Map;

/**
 * The address and the settings with which one listening channel is opened.
 *
 * @param host a host name or literal address; the transport resolves it
 * @param port 0 to 65535; 0 picks a free one
 * @param backlog how many connections the kernel queues before they are accepted, at least 1
 * @param options socket options for the listening channel and the connections it accepts
 */
public record ListenAt(String host, int port, int backlog, Map<SocketOption<?>, Object> options) {
  public ListenAt {
    options = Map.copyOf(options);
  }

  /** The same settings at another port. */
  public ListenAt withPort(int other) {
    return new ListenAt(host, other, backlog, options);
  }
}
