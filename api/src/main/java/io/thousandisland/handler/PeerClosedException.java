// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.handler;

import java.io.EOFException;

/**
 * The peer has closed its side of the stream. Passed on, it ends the connection in {@code
 * handleClose}.
 */
public final class PeerClosedException extends EOFException {
  private static final long serialVersionUID = 1L;

  public PeerClosedException() {
    super("peer closed the connection");
  }
}
