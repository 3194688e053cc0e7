// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.benchmarks.load;

import java.nio.ByteBuffer;

/** The endless sequence of bytes that every connection sends from a place of its own. */
final class Pattern {

  static final int PIECE = 64 * 1024;
  private static final int PERIOD = 251; // a prime: no power of two hides a shift

  private final ByteBuffer bytes = ByteBuffer.allocateDirect(PERIOD + PIECE);

  Pattern() {
    for (int i = 0; i < bytes.capacity(); i++) {
      bytes.put(i, (byte) (i % PERIOD));
    }
  }

  /** The bytes from a position on, one piece at most. Valid until the next call. */
  ByteBuffer from(long position, long length) {
    int start = (int) (position % PERIOD);
    return bytes.limit(start + (int) Math.min(length, PIECE)).position(start);
  }
}
