// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.transport;

import java.net.SocketAddress;
import java.net.SocketOption;
import java.util.Map;

/**
 * The address and the settings with which one listening channel is opened.
 *
 * @param address an {@link java.net.InetSocketAddress} that is resolved, whose port 0 picks a free
 *     one, a {@link java.net.UnixDomainSocketAddress}, an {@link InheritedSocketAddress}, or
 *     another kind of address that the transport knows
 * @param backlog how many connections the kernel queues before they are accepted, at least 1
 * @param options socket options for the listening channel and the connections it accepts
 * @param access the rights at the path of a Unix socket; other addresses have no use for it
 */
public record ListenAt(
    SocketAddress address, int backlog, Map<SocketOption<?>, Object> options, PathAccess access) {
  public ListenAt {
    options = Map.copyOf(options);
  }

  /** Where nothing is asked for about the rights at a path. */
  public ListenAt(SocketAddress address, int backlog, Map<SocketOption<?>, Object> options) {
    this(address, backlog, options, PathAccess.DEFAULT);
  }
}
