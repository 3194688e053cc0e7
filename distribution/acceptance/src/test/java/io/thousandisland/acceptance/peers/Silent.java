// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.acceptance.peers;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Many peers in a process of their own, each of which burdens a server in the same way. The process
 * connects all peers and says so. It ends with its input, and all connections end with it.
 *
 * <ul>
 *   <li>{@code push}: each sends until the server takes no more, and never reads. Its receive
 *       buffer is the smallest that the kernel allows, so that few bytes of reply fill it. The peer
 *       goes on trying until the end, because a server that had no processor for a while only
 *       seemed to be full.
 *   <li>{@code receive}: each asks for a callback that waits in {@code receive()}, and sends
 *       nothing more.
 * </ul>
 */
public final class Silent {

  /** Far fewer than a backlog holds. */
  private static final int AT_ONCE = 400;

  /** A peer counts as blocked when it could not send for this time. */
  private static final long STILL = TimeUnit.MILLISECONDS.toNanos(50);

  private static final long AGAIN = TimeUnit.MILLISECONDS.toNanos(200);

  private static final int BUFFER = 4096;

  private final InetSocketAddress server;
  private final boolean push;
  private final List<SocketChannel> peers = new ArrayList<>();
  private final ByteBuffer chunk = ByteBuffer.allocateDirect(16 << 10);
  private long pushed;

  private Silent(int port, boolean push) {
    server = new InetSocketAddress("127.0.0.1", port);
    this.push = push;
  }

  public static void main(String[] args) throws IOException {
    var silent = new Silent(Integer.parseInt(args[0]), args[2].equals("push"));
    int size = Integer.parseInt(args[1]);
    while (silent.peers.size() < size) {
      silent.grow(Math.min(AT_ONCE, size - silent.peers.size()));
    }
    System.out.println(size + " in position after " + silent.pushed + " bytes");
    if (silent.push) {
      Thread.ofPlatform().daemon().start(silent::goOnPushing);
    }
    while (System.in.read() >= 0) {
      // until the test has gone
    }
    System.exit(0);
  }

  private void grow(int count) throws IOException {
    int from = peers.size();
    for (int i = from; i < from + count; i++) {
      SocketChannel peer = SocketChannel.open();
      peers.add(peer);
      // one address alone may have too few ephemeral ports
      peer.bind(new InetSocketAddress("127.0.0." + (1 + i % 4), 0));
      if (push) {
        peer.setOption(StandardSocketOptions.SO_RCVBUF, BUFFER);
        peer.setOption(StandardSocketOptions.SO_SNDBUF, BUFFER);
      }
      peer.connect(server);
    }
    if (push) {
      block(peers.subList(from, peers.size()));
    } else {
      occupy(peers.subList(from, peers.size()));
    }
  }

  private void block(List<SocketChannel> some) throws IOException {
    for (SocketChannel peer : some) {
      peer.configureBlocking(false);
    }
    long last = System.nanoTime();
    while (System.nanoTime() - last < STILL) {
      for (SocketChannel peer : some) {
        chunk.clear();
        int sent = peer.write(chunk);
        if (sent > 0) {
          pushed += sent;
          last = System.nanoTime();
        }
      }
      LockSupport.parkNanos(1_000_000);
    }
  }

  private void goOnPushing() {
    List<SocketChannel> open = new ArrayList<>(peers);
    while (!open.isEmpty()) {
      LockSupport.parkNanos(AGAIN);
      open.removeIf(
          peer -> {
            try {
              while (peer.write(chunk.clear()) > 0) {}
              return false;
            } catch (IOException ended) { // the server has ended it
              return true;
            }
          });
    }
  }

  private static void occupy(List<SocketChannel> some) throws IOException {
    byte[] mood = "receive\n".getBytes(StandardCharsets.ISO_8859_1);
    for (SocketChannel peer : some) {
      peer.write(ByteBuffer.wrap(mood));
    }
    for (SocketChannel peer : some) {
      ByteBuffer reply = ByteBuffer.allocate(mood.length);
      while (reply.hasRemaining()) {
        if (peer.read(reply) < 0) {
          throw new IOException("the server has closed a connection");
        }
      }
      if (!reply.flip().equals(ByteBuffer.wrap(mood))) {
        throw new IOException("another reply than expected");
      }
    }
  }
}
