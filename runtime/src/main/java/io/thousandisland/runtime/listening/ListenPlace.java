// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.listening;

import io.thousandisland.runtime.settings.ListenAddress;
import io.thousandisland.transport.InheritedSocketAddress;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.UnixDomainSocketAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The place of one listener on this machine: an address of the configuration, or, where the
 * configuration names a network interface, one of the interface's addresses.
 *
 * @param ofInterface the address of the interface; empty where the configuration names none, or the
 *     interface is not there
 */
record ListenPlace(ListenAddress address, Optional<InetAddress> ofInterface) {

  /** The places that {@code addresses} mean now, in this order, each once. */
  static List<ListenPlace> of(List<ListenAddress> addresses) {
    return addresses.stream().flatMap(ListenPlace::of).distinct().toList();
  }

  private static Stream<ListenPlace> of(ListenAddress address) {
    List<InetAddress> its =
        address instanceof ListenAddress.Inet inet && !inet.isLiteral()
            ? ofInterface(inet.host())
            : List.of();
    return its.isEmpty()
        ? Stream.of(new ListenPlace(address, Optional.empty()))
        : its.stream().map(each -> new ListenPlace(address, Optional.of(each)));
  }

  /** The addresses of the interface with that name; none when there is no such interface. */
  private static List<InetAddress> ofInterface(String name) {
    try {
      NetworkInterface its = NetworkInterface.getByName(name);
      return its == null
          ? List.of()
          : its.inetAddresses().map(ListenPlace::withoutNeedlessScope).toList();
    } catch (SocketException unknown) {
      return List.of();
    }
  }

  /** Only a link-local address is another one on another interface. */
  private static InetAddress withoutNeedlessScope(InetAddress address) {
    try {
      return address.isLinkLocalAddress()
          ? address
          : InetAddress.getByAddress(address.getAddress());
    } catch (UnknownHostException impossible) { // an address has as many bytes as an address has
      return address;
    }
  }

  /**
   * The address to bind. Finding it may take long, where a host has a name.
   *
   * @param had the port that the listener had here; negative when it had none
   * @throws UnknownHostException when neither a host nor an interface has the name
   */
  SocketAddress at(int had) throws UnknownHostException {
    return switch (address) {
      case ListenAddress.Unix unix -> UnixDomainSocketAddress.of(unix.path());
      case ListenAddress.Inherited inherited -> InheritedSocketAddress.INSTANCE;
      case ListenAddress.Inet inet -> {
        int port = port(had);
        var at =
            ofInterface.isPresent()
                ? new InetSocketAddress(ofInterface.get(), port)
                : new InetSocketAddress(inet.host(), port);
        if (at.isUnresolved()) {
          throw new UnknownHostException("no host and no interface has the name " + inet.host());
        }
        yield at;
      }
    };
  }

  /** The port to ask for; negative for an address that has no port. */
  int port(int had) {
    return had > 0 ? had : address instanceof ListenAddress.Inet inet ? inet.port() : -1;
  }

  /**
   * The place for people: {@code 127.0.0.1:7777}, {@code eth0:7777 (192.0.2.1)}.
   *
   * @param had as for {@link #at}
   */
  String text(int had) {
    String text =
        address instanceof ListenAddress.Inet inet
            ? new ListenAddress.Inet(inet.host(), port(had)).toString()
            : address.toString();
    return text + ofInterface.map(each -> " (" + written(each) + ")").orElse("");
  }

  /** {@code message} without the address that a transport may have put at its end. */
  String withoutAddress(String message, int had) {
    return address instanceof ListenAddress.Inet
        ? message.replaceFirst(": \\S*:" + port(had) + "$", "")
        : message.replace(": " + address, "");
  }

  private static String written(InetAddress address) {
    String text = address.getHostAddress();
    return address instanceof Inet6Address ? "[" + text + "]" : text;
  }
}
