// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.server;

/** The state of a server in its life. */
public enum Status {
  /** Everything that the server needs is there; its nodes are being started. */
  STARTING,
  /** Listens and serves. */
  RUNNING,
  /**
   * No handler or no transport is bound; while a handler is away for a short time, the port is
   * bound.
   */
  WAITING,
  /** Told to refuse new connections; live connections go on. */
  SUSPENDED,
  /** Told to end; connections are finishing. */
  DRAINING,
  /**
   * The server cannot get a thing that it needs, such as its port. It gives the reason, and
   * retries.
   */
  FAILED,
  /** Ended for good. */
  STOPPED
}
