// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.launcher;

import java.util.Locale;

/** The difference between two names. */
final class Spelling {
  private Spelling() {}

  static boolean same(String one, String other) {
    return one.toLowerCase(Locale.ROOT).equals(other.toLowerCase(Locale.ROOT));
  }

  /**
   * Whether {@code typed} may be {@code name} mistyped: one letter is missing, extra, wrong or
   * swapped with the next letter; two letters in a name of six letters or more. A name of two
   * letters is near to half of all short words, so only its case may be wrong.
   */
  static boolean near(String typed, String name) {
    int limit = name.length() < 3 ? 0 : name.length() < 6 ? 1 : 2;
    // most names need no closer look: this runs for each of Java's own properties at every start
    return Math.abs(typed.length() - name.length()) <= limit
        && distance(typed.toLowerCase(Locale.ROOT), name.toLowerCase(Locale.ROOT)) <= limit;
  }

  /** The distance of Damerau and Levenshtein, in its simple form: no letter is moved twice. */
  static int distance(String from, String to) {
    int[][] cost = new int[from.length() + 1][to.length() + 1];
    for (int i = 0; i <= from.length(); i++) {
      for (int j = 0; j <= to.length(); j++) {
        if (i == 0 || j == 0) {
          cost[i][j] = i + j;
          continue;
        }
        boolean same = from.charAt(i - 1) == to.charAt(j - 1);
        cost[i][j] =
            Math.min(
                cost[i - 1][j - 1] + (same ? 0 : 1), 1 + Math.min(cost[i - 1][j], cost[i][j - 1]));
        if (i > 1
            && j > 1
            && from.charAt(i - 1) == to.charAt(j - 2)
            && from.charAt(i - 2) == to.charAt(j - 1)) {
          cost[i][j] = Math.min(cost[i][j], cost[i - 2][j - 2] + 1);
        }
      }
    }
    return cost[from.length()][to.length()];
  }
}
