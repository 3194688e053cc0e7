package io.thousandisland.benchmarks.load;

import java.io.IOException;

/** Every connection asks, waits for the whole answer, and asks again. */
final class PingPong {

  private final Flock flock;
  private final int bytes;
  private long end;
  private long echoes;
  private int open;

  PingPong(Flock flock, int bytes) {
    this.flock = flock;
    this.bytes = bytes;
  }

  /** With no time at all, each asks once. */
  Count run(long nanos) throws IOException {
    flock.bytes();
    long start = System.nanoTime();
    end = start + nanos;
    for (Peer peer : flock.peers()) {
      open++;
      peer.ask(bytes);
    }
    while (open > 0) {
      flock.select(this::ready);
      Flock.refuseStuck(end);
    }
    return Count.of(echoes, flock.bytes(), System.nanoTime() - start);
  }

  private void ready(Peer peer) throws IOException {
    if (peer.writable()) {
      peer.push();
    }
    if (!peer.readable() || !flock.take(peer)) {
      return;
    }
    echoes++;
    if (System.nanoTime() < end) {
      peer.ask(bytes);
    } else {
      open--;
    }
  }
}
