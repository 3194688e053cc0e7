// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.examples.gateway;

import io.thousandisland.handler.ProxyHeader;
import io.thousandisland.handler.Socket;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.InvalidPathException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The server behind the gateway, and the way to connect to it. */
final class Backend {

  private static final Pattern PORT = Pattern.compile("(?:\\[([^]]+)]|([^:]+)):(\\d{1,5})");
  private static final String UNIX = "unix:";

  private final String name;
  private final int connectTimeout;
  private final int sendTimeout;
  private final String proxyHeader;

  /**
   * @throws IllegalArgumentException when a value is wrong; the message names its key
   */
  Backend(GatewayConfig config) {
    name = config.backend();
    connectTimeout = config.connectTimeout();
    sendTimeout = config.sendTimeout();
    proxyHeader = config.proxyHeader();
    check(
        "backend",
        name,
        name.startsWith(UNIX) ? isPath(name) : isPort(name),
        "HOST:PORT, [IPv6 ADDRESS]:PORT or unix:/PATH");
    check("connectTimeout", connectTimeout, connectTimeout > 0, "1 or more milliseconds");
    check("sendTimeout", sendTimeout, sendTimeout > 0, "1 or more milliseconds");
    check("proxyHeader", proxyHeader, proxyHeader.matches("none|v[12]"), "none, v1 or v2");
  }

  private static boolean isPort(String name) {
    Matcher port = PORT.matcher(name);
    if (!port.matches()) {
      return false;
    }
    int number = Integer.parseInt(port.group(3));
    return number > 0 && number < 1 << 16;
  }

  private static boolean isPath(String name) {
    try {
      return UnixDomainSocketAddress.of(name.substring(UNIX.length())).getPath().isAbsolute();
    } catch (InvalidPathException e) {
      return false;
    }
  }

  private static void check(String key, Object value, boolean right, String allowed) {
    if (!right) {
      throw new IllegalArgumentException(key + " is " + value + "; allowed: " + allowed);
    }
  }

  /**
   * A connection to the backend for {@code client}, the PROXY header sent. Waits.
   *
   * @throws UnreachableException when there is none; the message names the backend
   */
  SocketChannel connect(Socket client) {
    ByteBuffer header =
        proxyHeader.equals("none") ? ByteBuffer.allocate(0) : header(client).encode();
    SocketChannel channel = null;
    try {
      channel = open(address());
      while (header.hasRemaining()) {
        int unused = channel.write(header);
      }
      return channel;
    } catch (IOException e) {
      if (channel != null) {
        close(channel);
      }
      throw new UnreachableException(name, e);
    }
  }

  private static void close(SocketChannel channel) {
    try {
      channel.close();
    } catch (IOException e) {
      return; // nothing was sent but a header
    }
  }

  /** How long the backend may take no bytes, in milliseconds. */
  int sendTimeout() {
    return sendTimeout;
  }

  /** Looks a host name up for each client, because a name may move to another address. */
  private SocketAddress address() {
    Matcher port = PORT.matcher(name);
    if (!port.matches()) {
      return UnixDomainSocketAddress.of(name.substring(UNIX.length()));
    }
    String host = port.group(1) == null ? port.group(2) : port.group(1);
    return new InetSocketAddress(host, Integer.parseInt(port.group(3)));
  }

  private SocketChannel open(SocketAddress address) throws IOException {
    if (address instanceof UnixDomainSocketAddress) {
      return SocketChannel.open(address); // at once, or never
    }
    SocketChannel channel = SocketChannel.open();
    try {
      channel.socket().connect(address, connectTimeout);
      channel.socket().setTcpNoDelay(true);
      return channel;
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  private ProxyHeader header(Socket client) {
    return proxyHeader.equals("v1")
        ? ProxyHeader.version1(client.remoteAddress(), client.localAddress())
        : ProxyHeader.version2(client.remoteAddress(), client.localAddress());
  }

  @Override
  public String toString() {
    return name;
  }
}
