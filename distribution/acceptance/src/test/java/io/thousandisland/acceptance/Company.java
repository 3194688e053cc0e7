// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.acceptance;

import java.io.IOException;

/** The peers that are connected beside the honest clients while a handler is updated. */
enum Company {
  NOBODY,

  /** Two peers that send without end: one never reads, the other reads 20 KB/s. */
  SLOW,

  /**
   * The slow peers, one peer that is stopped, and a peer for each callback that does not return.
   */
  HOSTILE;

  /** The clean-up after the update. */
  interface Afterwards extends AutoCloseable {
    @Override
    void close();
  }

  /** Returns when the peers of this company are in position. */
  Afterwards gather(PeersProcess peers, int port) throws IOException, InterruptedException {
    switch (this) {
      case NOBODY -> {}
      case SLOW -> peers.slowDown();
      case HOSTILE -> {
        peers.surround();
        return new StoppedPeer(port)::close;
      }
    }
    return () -> {};
  }
}
