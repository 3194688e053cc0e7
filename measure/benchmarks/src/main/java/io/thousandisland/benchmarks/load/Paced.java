// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.benchmarks.load;

import java.io.IOException;
import org.HdrHistogram.Histogram;

/**
 * Requests at a fixed rate, whatever the server does. A latency counts from the moment the request
 * was due, not from the moment its connection became free, so there is no coordinated omission. The
 * thread spins, because waiting is not exact enough.
 */
final class Paced {

  private final Flock flock;
  private final int bytes;
  private final double interval;
  private final Histogram latencies = new Histogram(3);
  private int open;

  Paced(Flock flock, int bytes, int perSecond) {
    this.flock = flock;
    this.bytes = bytes;
    this.interval = 1e9 / perSecond;
  }

  Count run(long nanos) throws IOException {
    flock.bytes();
    var peers = flock.peers();
    long start = System.nanoTime();
    long end = start + nanos;
    for (long asked = 0; ; ) {
      long now = System.nanoTime();
      for (; now < end && start + due(asked) <= now; asked++) {
        ask(peers.get((int) (asked % peers.size())), start + due(asked));
      }
      flock.selectNow(this::ready);
      if (now >= end && open == 0) {
        return Count.of(latencies, flock.bytes(), now - start);
      }
      Flock.refuseStuck(end);
    }
  }

  private long due(long request) {
    return (long) (request * interval);
  }

  private void ask(Peer peer, long due) throws IOException {
    open++;
    if (peer.answered()) {
      peer.due = due;
      peer.ask(bytes);
    } else {
      peer.waiting++;
    }
  }

  private void ready(Peer peer) throws IOException {
    if (peer.writable()) {
      peer.push();
    }
    if (!peer.readable() || !flock.take(peer)) {
      return;
    }
    open--;
    latencies.recordValue(System.nanoTime() - peer.due);
    if (peer.waiting > 0) {
      peer.waiting--;
      peer.due += (long) (interval * flock.peers().size());
      peer.ask(bytes);
    }
  }
}
