// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.settings;

import io.thousandisland.transport.PathAccess;
import java.net.SocketOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Where and how a server listens. A change opens listening channels again where that is necessary.
 *
 * @param brief whether {@code host} and {@code port} name the one address, instead of {@code
 *     listen}
 * @param addresses at least one, each once
 * @param backlog connections that the kernel queues before they are accepted
 * @param sockets listening channels at each address
 * @param options of the channels and the connections they accept
 * @param access the rights at the paths of Unix sockets
 */
public record ListenSettings(
    boolean brief,
    List<ListenAddress> addresses,
    int backlog,
    int sockets,
    Map<SocketOption<?>, Object> options,
    PathAccess access) {

  private static final int MOST_ADDRESSES = 16;

  static final ListenSettings DEFAULT = new ListenSettings("127.0.0.1", 0, 1024, 1, Map.of());

  public ListenSettings {
    Checks.between("backlog", backlog, 1, 65_535);
    Checks.between("listenSockets", sockets, 1, 64);
    addresses = List.copyOf(addresses);
    options = Map.copyOf(options);
    if (addresses.isEmpty() || addresses.size() > MOST_ADDRESSES) {
      throw new InvalidSetting(
          "listen", addresses.size() + " addresses", "1 to " + MOST_ADDRESSES + " addresses");
    }
    var met = new HashSet<Object>();
    for (ListenAddress address : addresses) {
      if (!met.add(address.identity())) {
        throw new InvalidSetting("listen", address, "each address once");
      } else if (sockets > 1 && !(address instanceof ListenAddress.Inet)) {
        throw new InvalidSetting("listenSockets", sockets, "1, because of " + address);
      }
    }
    if (addresses.stream().noneMatch(ListenAddress.Unix.class::isInstance)) {
      refuse("unixPermissions", access.permissions().map(PosixFilePermissions::toString));
      refuse("unixOwner", access.owner());
      refuse("unixGroup", access.group());
    }
  }

  /** At one port, with nothing to say about paths. */
  public ListenSettings(
      String host, int port, int backlog, int sockets, Map<SocketOption<?>, Object> options) {
    this(
        true,
        List.of(new ListenAddress.Inet(host, port)),
        backlog,
        sockets,
        options,
        PathAccess.DEFAULT);
  }

  private static void refuse(String key, Optional<String> value) {
    if (value.isPresent()) {
      throw new InvalidSetting(key, value.get(), "nothing, unless listen has a unix:/PATH");
    }
  }

  /** The first of the addresses that is a port. */
  public Optional<ListenAddress.Inet> inet() {
    return addresses.stream()
        .filter(ListenAddress.Inet.class::isInstance)
        .map(ListenAddress.Inet.class::cast)
        .findFirst();
  }

  /** Whether {@code other} opens channels at an address in the same way. */
  public boolean opensLike(ListenSettings other) {
    return backlog == other.backlog
        && sockets == other.sockets
        && options.equals(other.options)
        && access.equals(other.access);
  }
}
