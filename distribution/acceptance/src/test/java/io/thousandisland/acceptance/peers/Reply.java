package io.thousandisland.acceptance.peers;

/** What the handler under test answers to a line: its count of lines, its version, the line. */
record Reply(long count, int version, String line) {

  /** Throws IllegalArgumentException when it is no such reply. */
  static Reply of(String text) {
    String[] parts = text.split(" ", 3);
    if (parts.length < 3 || !parts[1].startsWith("v")) {
      throw new IllegalArgumentException(text);
    }
    return new Reply(Long.parseLong(parts[0]), Integer.parseInt(parts[1].substring(1)), parts[2]);
  }

  /** Is it the answer to this line, the count-th of its connection? Versions only grow. */
  boolean answers(String asked, long asCount, int atLeastVersion) {
    return count == asCount && version >= atLeastVersion && line.equals(asked);
  }
}
