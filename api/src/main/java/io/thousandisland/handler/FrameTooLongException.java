// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.handler;

import java.io.IOException;

/** A peer has sent a frame (a line, for example) that is longer than its reader allows. */
public final class FrameTooLongException extends IOException {
  private static final long serialVersionUID = 1L;

  private final int limit;

  /**
   * @param limit the most bytes that the frame may have
   */
  public FrameTooLongException(int limit) {
    super("a frame of the peer is longer than the limit of " + limit + " bytes");
    this.limit = limit;
  }

  /** The most bytes that the frame may have. */
  public int limit() {
    return limit;
  }
}
