// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.benchmarks.load;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;

/**
 * One connection to an echo server. It knows how much it asked for, and checks every byte it gets.
 */
final class Peer implements AutoCloseable {

  private final SocketChannel channel;
  private final SelectionKey key;
  private final Pattern pattern;
  private final long origin;
  private long asked;
  private long sent;
  private long received;

  /** At a fixed rate: the time when the current request was due, and how many more are due. */
  long due;

  int waiting;

  /** Connects before it returns: on the loopback that takes no time. */
  Peer(Selector selector, InetSocketAddress server, Pattern pattern, long origin)
      throws IOException {
    this.pattern = pattern;
    this.origin = origin;
    channel = SocketChannel.open(StandardProtocolFamily.INET); // the load must not be the limit
    try {
      channel.connect(server);
      channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
      channel.configureBlocking(false);
      key = channel.register(selector, SelectionKey.OP_READ, this);
    } catch (IOException e) {
      channel.close();
      throw e;
    }
  }

  void ask(int bytes) throws IOException {
    asked += bytes;
    push();
  }

  /** Asks for up to {@code ahead} bytes more than were received. */
  void askUpTo(long ahead) throws IOException {
    asked = received + ahead;
    push();
  }

  /** Gives up the requests that are not sent yet. */
  void stopAsking() throws IOException {
    asked = sent;
    push();
  }

  /** Sends the bytes that are asked for, as many as the kernel takes. */
  void push() throws IOException {
    while (sent < asked) {
      int n = channel.write(pattern.from(origin + sent, asked - sent));
      if (n == 0) {
        key.interestOps(SelectionKey.OP_READ | SelectionKey.OP_WRITE);
        return;
      }
      sent += n;
    }
    if (key.interestOps() != SelectionKey.OP_READ) {
      key.interestOps(SelectionKey.OP_READ);
    }
  }

  /** Reads once and checks; returns the number of bytes. */
  int take(ByteBuffer into) throws IOException {
    int n = channel.read(into.clear());
    if (n < 0) {
      throw new Wrong("closed by the server");
    }
    if (received + n > sent) {
      throw new Wrong("more came back than was sent");
    }
    if (into.flip().mismatch(pattern.from(origin + received, n)) >= 0) {
      throw new Wrong("a wrong byte came back");
    }
    received += n;
    return n;
  }

  boolean answered() {
    return received == asked;
  }

  boolean writable() {
    return key.isWritable();
  }

  boolean readable() {
    return key.isReadable();
  }

  /** Resets the connection, so that no port stays occupied. */
  @Override
  public void close() throws IOException {
    channel.setOption(StandardSocketOptions.SO_LINGER, 0);
    channel.close();
  }
}
