package io.thousandisland.acceptance;

import java.io.IOException;

/** The peers that are connected beside the honest clients while a handler is updated. */
enum Company {
  NOBODY,

  /** Two that send without end: one never reads, one reads 20 KB/s. */
  SLOW,

  /** Those, and one that is stopped, and all the callbacks that do not return. */
  HOSTILE;

  /** What is to be done after the update. */
  interface Afterwards extends AutoCloseable {
    @Override
    void close();
  }

  /** Returns when they are where they hurt. */
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
