// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.benchmarks.load;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.ArrayList;
import java.util.List;

/** Connections to one server, used by one thread with one selector. */
final class Flock implements AutoCloseable {

  interface WhenReady {
    void ready(Peer peer) throws IOException;
  }

  private static final long STUCK = 20_000_000_000L;

  private final ByteBuffer in = ByteBuffer.allocateDirect(Pattern.PIECE);
  private final Pattern pattern = new Pattern();
  private final Selector selector;
  private final InetSocketAddress server;
  private final List<Peer> peers = new ArrayList<>();
  private long origins;
  private long bytes;

  private Flock(int port) throws IOException {
    selector = Selector.open();
    server = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
  }

  static Flock open(int port, int connections) throws IOException {
    var flock = new Flock(port);
    for (int i = 0; i < connections; i++) {
      flock.peers.add(flock.connect());
    }
    return flock;
  }

  /**
   * Connects. Each connection begins at another place of the pattern, so the bytes of one are wrong
   * for its neighbour.
   */
  Peer connect() throws IOException {
    return new Peer(selector, server, pattern, origins++);
  }

  List<Peer> peers() {
    return peers;
  }

  /** Reads and counts; true when the peer has all it asked for. */
  boolean take(Peer peer) throws IOException {
    bytes += peer.take(in);
    return peer.answered();
  }

  /** The number of bytes that were read since the last call. */
  long bytes() {
    long n = bytes;
    bytes = 0;
    return n;
  }

  /** Waits for the next events, and hands them on. */
  void select(WhenReady then) throws IOException {
    selector.select(key -> call(then, key), 100);
  }

  /** Hands on the events that are there. */
  void selectNow(WhenReady then) throws IOException {
    selector.selectNow(key -> call(then, key));
  }

  private static void call(WhenReady then, SelectionKey key) {
    try {
      then.ready((Peer) key.attachment());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Fails when answers have been missing for 20 s. */
  static void refuseStuck(long since) throws Wrong {
    if (System.nanoTime() - since > STUCK) {
      throw new Wrong("answers are missing for 20 s");
    }
  }

  @Override
  public void close() throws IOException {
    for (Peer peer : peers) {
      peer.close();
    }
    selector.close(); // this also frees the descriptors of the registered channels
  }
}
