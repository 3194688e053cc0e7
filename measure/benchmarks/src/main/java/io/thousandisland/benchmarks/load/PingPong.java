// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.benchmarks.load;

import java.io.IOException;
import org.HdrHistogram.Histogram;

/**
 * Every connection asks, waits for the whole answer, and asks again. A latency is the time from the
 * request to the whole answer, including the wait in this process.
 */
final class PingPong {

  private final Flock flock;
  private final int bytes;
  private long end;
  private final Histogram latencies = new Histogram(3);
  private int open;

  PingPong(Flock flock, int bytes) {
    this.flock = flock;
    this.bytes = bytes;
  }

  /** With 0 ns each connection asks once. */
  Count run(long nanos) throws IOException {
    flock.bytes();
    long start = System.nanoTime();
    end = start + nanos;
    for (Peer peer : flock.peers()) {
      open++;
      peer.due = System.nanoTime();
      peer.ask(bytes);
    }
    while (open > 0) {
      flock.select(this::ready);
      Flock.refuseStuck(end);
    }
    return Count.of(latencies, flock.bytes(), System.nanoTime() - start);
  }

  private void ready(Peer peer) throws IOException {
    if (peer.writable()) {
      peer.push();
    }
    if (!peer.readable() || !flock.take(peer)) {
      return;
    }
    long now = System.nanoTime();
    latencies.recordValue(now - peer.due);
    if (now < end) {
      peer.due = now;
      peer.ask(bytes);
    } else {
      open--;
    }
  }
}
