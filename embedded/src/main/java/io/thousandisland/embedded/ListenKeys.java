// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.embedded;

import java.net.SocketOption;
import java.util.Map;

/**
 * The addresses of a server, and its sockets there.
 *
 * @param <B> as in {@link Keys}
 */
public sealed interface ListenKeys<B> extends Keys<B> permits ServerKeys {

  /**
   * Host name, address or network interface to listen on; not beside {@link #listen}. Default:
   * 127.0.0.1.
   */
  default B host(String host) {
    return set("host", host);
  }

  /**
   * Port to listen on, 0 to 65535; 0 picks a free one. Required, unless {@link #listen} is given.
   */
  default B port(int port) {
    return set("port", port);
  }

  /**
   * Addresses to listen on instead of host and port, at most 16: {@code 127.0.0.1:7777}, {@code
   * [::1]:7777}, {@code eth0:7777}, {@code unix:/run/echo.sock}, {@code inherited}.
   */
  default B listen(String... addresses) {
    return set("listen", addresses);
  }

  /**
   * Permissions of the paths of Unix sockets, as in {@code rw-rw----} or {@code 660}. Default:
   * those of the umask.
   */
  default B unixPermissions(String value) {
    return set("unixPermissions", value);
  }

  /** User that owns the paths of Unix sockets. Default: the user of the process. */
  default B unixOwner(String value) {
    return set("unixOwner", value);
  }

  /** Group of the paths of Unix sockets. Default: the system's choice. */
  default B unixGroup(String value) {
    return set("unixGroup", value);
  }

  /** Connections that the kernel queues before they are accepted, 1 to 65535. Default: 1024. */
  default B backlog(int count) {
    return set("backlog", count);
  }

  /** Listening channels on each port, 1 to 64, at most one for each acceptor. Default: 1. */
  default B listenSockets(int count) {
    return set("listenSockets", count);
  }

  /** Acceptors that share the work, 1 to 1024. Default: 10. */
  default B acceptors(int count) {
    return set("acceptors", count);
  }

  /**
   * Socket options of connections: all that a TCP channel has on this system, as in {@code
   * Map.of(StandardSocketOptions.SO_RCVBUF, 65536)}. Default: none.
   */
  default B socketOptions(Map<? extends SocketOption<?>, ?> options) {
    return set("socketOptions", Texts.of(options));
  }
}
