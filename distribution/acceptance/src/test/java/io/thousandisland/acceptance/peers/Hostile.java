// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.acceptance.peers;

/**
 * A client that is a burden. Its connection is replaced whenever the server has closed it, until
 * {@link #go}.
 */
interface Hostile extends Runnable {

  /** True while the peer is in position to be a burden. */
  boolean inPosition();

  /** Ends the peer, and its connection with it. */
  void go();

  /** The number of its connects so far, if the peer counts them. */
  default int connects() {
    return 0;
  }

  /**
   * Called when all peers may connect again. It matters only to peers that must not come twice at a
   * time.
   */
  default void again() {}
}
