// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.acceptance.peers;

/** How an {@link Act} ended. */
public enum Outcome {
  /** As the client wanted; every byte was right. */
  DONE,
  /** The connection was refused, or ended before its first byte of reply. */
  REFUSED,
  /** No place came in time. */
  WAITED,
  /** The server ended the connection, which it had served before. */
  ENDED,
  /** The client had no port of its own to connect from. */
  NO_PORT,
  /** A reply did not come, although the connection was served and has not ended. */
  LOST,
  /** A byte of a reply was wrong. */
  WRONG
}
