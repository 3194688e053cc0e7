package io.thousandisland.acceptance.peers;

/**
 * A client that is a burden. Its connection is replaced whenever the server has closed it, until it
 * is told to go.
 */
interface Hostile extends Runnable {

  /** True while it is the burden that it wants to be. */
  boolean inPosition();

  /** Lets it end, and its connection with it. */
  void go();

  /** How often it has connected, if it counts that. */
  default int connects() {
    return 0;
  }

  /** Called when all may connect again; only those care that must not come twice at a time. */
  default void again() {}
}
