// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.connection;

/** The form of the labels that handlers give their connections. */
final class Labels {

  /** The most characters of a label, which is to fit into a line of a log or a list. */
  static final int LONGEST = 100;

  private Labels() {}

  /**
   * {@code text} without control characters, and not too long. A handler may take the text from its
   * peer, and a line end in it would forge a line of the log.
   */
  static String clean(String text) {
    int length = text.length();
    if (length > LONGEST) {
      boolean splits = Character.isHighSurrogate(text.charAt(LONGEST - 1));
      length = splits ? LONGEST - 1 : LONGEST;
    }
    var clean = new StringBuilder(length);
    text.substring(0, length)
        .codePoints()
        .map(each -> isHarmless(each) ? each : '?')
        .forEach(clean::appendCodePoint);
    return clean.toString();
  }

  private static boolean isHarmless(int codePoint) {
    return switch (Character.getType(codePoint)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR,
          Character.SURROGATE,
          Character.UNASSIGNED ->
          false;
      default -> true;
    };
  }
}
