// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.wire;

import io.thousandisland.handler.ProxyHeader;
import io.thousandisland.transport.TransportSocket;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/**
 * The socket of a connection that a proxy made: its addresses are those of the header.
 *
 * <p>A health check may end by a reset, as those of HAProxy do. Until it has sent a byte, its reset
 * is an ordinary end of its stream, and the bytes that it is sent are lost without an error.
 *
 * <p>Thread: as for any transport socket.
 */
public final class Proxied extends Layer {

  private final ProxyHeader header;
  private final SocketAddress peer;
  private final SocketAddress remote;
  private final SocketAddress local;

  /** Whether a reset is an ordinary end. The connection's own thread's. */
  private boolean mayReset;

  private Proxied(
      TransportSocket below,
      ProxyHeader header,
      SocketAddress peer,
      SocketAddress remote,
      SocketAddress local,
      boolean mayReset) {
    super(below);
    this.header = header;
    this.peer = peer;
    this.remote = remote;
    this.local = local;
    this.mayReset = mayReset;
  }

  /**
   * @param accepted the socket behind its header
   * @param check whether the connection is the proxy's own
   */
  static Proxied of(TransportSocket accepted, ProxyHeader header, boolean check) {
    SocketAddress peer = accepted.remoteAddress();
    return new Proxied(
        accepted,
        header,
        peer,
        header.source().orElse(peer),
        header.destination().orElseGet(accepted::localAddress),
        check);
  }

  /** {@code upper}, which was laid over {@code before}, with the header that that one has. */
  public static TransportSocket keep(TransportSocket before, TransportSocket upper) {
    return before instanceof Proxied p
        ? new Proxied(upper, p.header, p.peer, p.remote, p.local, false)
        : upper;
  }

  /** The header that the connection began with. */
  public ProxyHeader header() {
    return header;
  }

  /** The proxy's address, if {@code socket} is one of a proxy; else its remote address. */
  public static SocketAddress peer(TransportSocket socket) {
    return socket instanceof Proxied proxied ? proxied.peer : socket.remoteAddress();
  }

  @Override
  public SocketAddress remoteAddress() {
    return remote;
  }

  @Override
  public SocketAddress localAddress() {
    return local;
  }

  @Override
  public int read(ByteBuffer into) throws IOException {
    if (!mayReset) {
      return below.read(into);
    }
    int got;
    try {
      got = below.read(into);
    } catch (IOException reset) {
      return -1;
    }
    mayReset = got <= 0;
    return got;
  }

  @Override
  public int write(ByteBuffer from) throws IOException {
    try {
      return below.write(from);
    } catch (IOException e) {
      return (int) lost(from, e);
    }
  }

  @Override
  public long write(ByteBuffer[] from, int offset, int length) throws IOException {
    try {
      return below.write(from, offset, length);
    } catch (IOException e) {
      long lost = 0;
      for (int i = offset; i < offset + length; i++) {
        lost += lost(from[i], e);
      }
      return lost;
    }
  }

  @Override
  public long transferFrom(FileChannel file, long position, long count) throws IOException {
    try {
      return below.transferFrom(file, position, count);
    } catch (IOException e) {
      if (!mayReset || !file.isOpen()) {
        throw e;
      }
      return count;
    }
  }

  /** Drops the bytes for a health check that has gone. */
  private long lost(ByteBuffer from, IOException failure) throws IOException {
    if (!mayReset) {
      throw failure;
    }
    int length = from.remaining();
    from.position(from.limit());
    return length;
  }

  @Override
  public void shutdownOutput() throws IOException {
    try {
      below.shutdownOutput();
    } catch (IOException e) {
      if (!mayReset) {
        throw e;
      }
    }
  }
}
