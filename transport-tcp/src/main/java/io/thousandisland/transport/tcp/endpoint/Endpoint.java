// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.transport.tcp.endpoint;

import io.thousandisland.transport.InheritedSocketAddress;
import io.thousandisland.transport.ListenAt;
import java.io.IOException;
import java.net.BindException;
import java.net.Inet4Address;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.net.UnknownHostException;
import java.nio.channels.ServerSocketChannel;

/**
 * A server socket that has its address: a port, a path, or what the process inherited.
 *
 * <p>Thread: any.
 */
public interface Endpoint {

  ServerSocketChannel channel();

  /** The address under which clients find it. */
  SocketAddress local();

  /** Lets no client find it any more, where that is possible while it is open. Idempotent. */
  default void hide() throws IOException {}

  /** Whether the socket is closed with its listening channel. */
  default boolean isOurs() {
    return true;
  }

  /**
   * Binds a server socket, non-blocking, or finds the inherited one, whose options are as found.
   */
  static Endpoint open(ListenAt at, TcpOptions options, boolean shared) throws IOException {
    return switch (at.address()) {
      case InetSocketAddress inet -> Port.bind(inet, at.backlog(), options, shared);
      case UnixDomainSocketAddress unix ->
          UnixPath.bind(unix.getPath(), at.backlog(), at.access(), options);
      case InheritedSocketAddress inherited -> {
        InheritedSocket found = InheritedSocket.find();
        found.channel().configureBlocking(false); // whatever it was left at
        yield found;
      }
      default -> throw unknown(at.address());
    };
  }

  /**
   * Whether sockets of {@code address} are Unix sockets: they have options of their own.
   *
   * @throws BindException when it is the address of an inherited socket, and there is none
   */
  static boolean isUnix(SocketAddress address) throws IOException {
    return switch (address) {
      case InetSocketAddress inet -> false;
      case UnixDomainSocketAddress unix -> true;
      case InheritedSocketAddress inherited ->
          InheritedSocket.find().local() instanceof UnixDomainSocketAddress;
      default -> throw unknown(address);
    };
  }

  private static IllegalArgumentException unknown(SocketAddress address) {
    return new IllegalArgumentException(
        "address is %s; allowed: an internet address, a Unix socket, or an inherited socket"
            .formatted(address));
  }

  /** A TCP port. */
  record Port(ServerSocketChannel channel, SocketAddress local) implements Endpoint {

    private static Port bind(
        InetSocketAddress address, int backlog, TcpOptions options, boolean shared)
        throws IOException {
      if (address.isUnresolved()) {
        throw new UnknownHostException(address.getHostString());
      }
      ServerSocketChannel channel = openFor(address);
      try {
        channel.configureBlocking(false);
        options.applyToListening(channel);
        if (shared) {
          channel.setOption(StandardSocketOptions.SO_REUSEPORT, true);
        }
        channel.bind(address, backlog);
        return new Port(channel, channel.getLocalAddress());
      } catch (BindException e) {
        channel.close();
        var named =
            new BindException(
                e.getMessage() + ": " + address.getHostString() + ":" + address.getPort());
        named.initCause(e);
        throw named;
      } catch (Throwable e) {
        channel.close();
        throw e;
      }
    }

    /**
     * An IPv4 socket for an IPv4 address, the wildcard included. Otherwise the wildcard would open
     * IPv6 as well, and accepting from a socket that maps IPv4 addresses to IPv6 costs more.
     */
    private static ServerSocketChannel openFor(InetSocketAddress address) throws IOException {
      return address.getAddress() instanceof Inet4Address
          ? ServerSocketChannel.open(StandardProtocolFamily.INET)
          : ServerSocketChannel.open();
    }
  }
}
