package io.thousandisland.server;

/** Where a server is in its life. */
public enum Status {
  /** Everything it needs is there; its nodes are being started. */
  STARTING,
  /** Listens and serves. */
  RUNNING,
  /** No handler or no transport is bound; while a handler is away for a short time, the port is. */
  WAITING,
  /** Told to refuse new connections; live ones go on. */
  SUSPENDED,
  /** Told to end; connections are finishing. */
  DRAINING,
  /** Something it needs cannot be had, such as its port; it says what, and keeps trying. */
  FAILED,
  /** Ended for good. */
  STOPPED
}
