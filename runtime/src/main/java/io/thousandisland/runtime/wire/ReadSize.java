// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.wire;

/**
 * The number of bytes that a connection's next read is likely to find, guessed from the reads
 * before. It is small at first, four times as large after a read that filled its buffer, and a
 * quarter after two reads in a row that a quarter would have held. So a connection that sends
 * little holds little while its callback waits, and a stream is read in buffers of the full size
 * after a few reads.
 *
 * <p>(Netty's AdaptiveRecvByteBufAllocator grows at once and shrinks at the second time, too.)
 *
 * <p>It takes one byte in each connection: the size as a power of two, and whether the last read
 * was small.
 */
public final class ReadSize {

  /** The size for a connection that nothing is known about, and the smallest size: 4 KiB. */
  static final byte FIRST = 12;

  private static final int MOST = 24; // the largest readBufferSize
  private static final int STEP = 2;

  /** The bit that says that the last read was small. */
  private static final int SMALL = 1 << 6;

  private ReadSize() {}

  static int bytes(byte size) {
    return 1 << power(size);
  }

  private static int power(byte size) {
    return size & ~SMALL;
  }

  /**
   * The guess after a read.
   *
   * @param got bytes that were read, one or more
   * @param filled whether the buffer had room for no more
   */
  static byte after(byte size, int got, boolean filled) {
    int power = power(size);
    if (filled) {
      return (byte) Math.min(power + STEP, MOST);
    }
    boolean small = power > FIRST && got <= 1 << (power - STEP);
    if (!small) {
      return (byte) power;
    }
    boolean again = (size & SMALL) != 0;
    return (byte) (again ? power - STEP : power | SMALL);
  }
}
