// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.acceptance.peers;

/** The things that a client of a {@link Stampede} does with one connection. */
public enum Act {
  /** Many lines and their replies, some of them pipelined. */
  TALK(6),
  /** One line and its reply. */
  VISIT(5),
  /** Some lines, and a reset while a reply may be under way. */
  RESET(3),
  /** A line that comes byte by byte, and its reply. */
  DRIP(2),
  /** A reply of up to 400,000 bytes, read slowly through a small receive buffer. */
  READ_SLOWLY(1),
  /** Some lines, a half-close, and all replies up to the end. */
  HALF_CLOSE(3),
  /** A connection on which nothing is said. */
  SILENCE(2),
  /** A connection that is closed at once. */
  LEAVE(2);

  /** This one is chosen as many times as often as one of weight 1. */
  final int weight;

  Act(int weight) {
    this.weight = weight;
  }
}
