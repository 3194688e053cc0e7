// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.benchmarks.load;

import java.io.IOException;

/** Each connection makes one echo, is reset, and is replaced; some are open at once. */
final class Churn {

  private final Flock flock;
  private final int bytes;
  private long end;
  private long echoes;
  private int open;

  Churn(Flock flock, int bytes) {
    this.flock = flock;
    this.bytes = bytes;
  }

  Count run(int atOnce, long nanos) throws IOException {
    flock.bytes();
    long start = System.nanoTime();
    end = start + nanos;
    for (; open < atOnce; open++) {
      flock.connect().ask(bytes);
    }
    while (open > 0) {
      flock.select(this::ready);
      Flock.refuseStuck(end);
    }
    flock.selectNow(this::ready); // closes the last connections
    return Count.of(echoes, flock.bytes(), System.nanoTime() - start);
  }

  private void ready(Peer peer) throws IOException {
    if (!flock.take(peer)) {
      return;
    }
    echoes++;
    peer.close();
    if (System.nanoTime() < end) {
      flock.connect().ask(bytes);
    } else {
      open--;
    }
  }
}
