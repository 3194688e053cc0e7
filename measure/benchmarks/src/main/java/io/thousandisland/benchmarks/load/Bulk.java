// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.benchmarks.load;

import java.io.IOException;

/**
 * Every connection sends all bytes that the kernel takes, and meanwhile reads the bytes that come
 * back.
 */
final class Bulk {

  /** The bytes that a connection may be ahead of its answers: more than the kernel holds. */
  private static final long AHEAD = 64 << 20;

  private final Flock flock;
  private long end;
  private int open;

  Bulk(Flock flock) {
    this.flock = flock;
  }

  Count run(long nanos) throws IOException {
    flock.bytes();
    long start = System.nanoTime();
    end = start + nanos;
    for (Peer peer : flock.peers()) {
      open++;
      peer.askUpTo(AHEAD);
    }
    while (open > 0) {
      flock.select(this::ready);
      Flock.refuseStuck(end);
    }
    long bytes = flock.bytes();
    return Count.of(bytes / 1048576, bytes, System.nanoTime() - start);
  }

  private void ready(Peer peer) throws IOException {
    if (peer.readable()) {
      flock.take(peer);
    }
    if (System.nanoTime() < end) {
      peer.askUpTo(AHEAD);
      return;
    }
    peer.stopAsking();
    if (peer.answered()) {
      open--;
    }
  }
}
