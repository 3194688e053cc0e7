package io.thousandisland.runtime.settings;

import java.net.InetSocketAddress;
import java.net.SocketOption;
import java.net.UnknownHostException;
import java.util.Map;

/**
 * Where and how a server listens. A change opens listening channels again where that is necessary.
 *
 * @param port 0 picks a free port
 * @param backlog connections that the kernel queues before they are accepted
 * @param sockets listening channels at the port
 * @param options of the channels and the connections they accept
 */
public record ListenSettings(
    String host, int port, int backlog, int sockets, Map<SocketOption<?>, Object> options) {

  static final ListenSettings DEFAULT = new ListenSettings("127.0.0.1", 0, 1024, 1, Map.of());

  public ListenSettings {
    Checks.text("host", host, "a host name or an address");
    Checks.between("port", port, 0, 65_535);
    Checks.between("backlog", backlog, 1, 65_535);
    Checks.between("listenSockets", sockets, 1, 64);
    options = Map.copyOf(options);
  }

  /**
   * The address of the host, at another port. Finding it may take long, where the host is a name.
   */
  public InetSocketAddress address(int atPort) throws UnknownHostException {
    var address = new InetSocketAddress(host, atPort);
    if (address.isUnresolved()) {
      throw new UnknownHostException(host);
    }
    return address;
  }

  /** Whether {@code other} means the same host and port. */
  public boolean isAt(ListenSettings other) {
    return host.equals(other.host) && port == other.port;
  }
}
