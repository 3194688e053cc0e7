// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.acceptance.peers;

/** The answer of the handler under test to a line: its count of lines, its version, the line. */
record Reply(long count, int version, String line) {

  /** Throws IllegalArgumentException when the text is no such reply. */
  static Reply of(String text) {
    String[] parts = text.split(" ", 3);
    if (parts.length < 3 || !parts[1].startsWith("v")) {
      throw new IllegalArgumentException(text);
    }
    return new Reply(Long.parseLong(parts[0]), Integer.parseInt(parts[1].substring(1)), parts[2]);
  }

  /**
   * True when this is the answer to a line that was the {@code asCount}-th of its connection.
   * Versions only grow.
   */
  boolean answers(String asked, long asCount, int atLeastVersion) {
    return count == asCount && version >= atLeastVersion && line.equals(asked);
  }
}
