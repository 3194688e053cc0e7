// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.shell;

import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The choice of the name that was probably meant. */
final class Nearest {
  private Nearest() {}

  /** The name with the fewest letters to change, if that is a third of its letters at most. */
  static Optional<String> of(String typed, List<String> names) {
    return names.stream()
        .filter(name -> distance(typed, name) <= Math.max(1, name.length() / 3))
        .min(Comparator.comparingInt(name -> distance(typed, name)));
  }

  /** Levenshtein's distance, where two letters that have changed places count as one change. */
  private static int distance(String typed, String name) {
    String a = typed.toLowerCase(Locale.ROOT);
    String b = name.toLowerCase(Locale.ROOT);
    int[][] of = new int[a.length() + 1][b.length() + 1];
    for (int i = 0; i <= a.length(); i++) {
      for (int j = 0; j <= b.length(); j++) {
        of[i][j] =
            i == 0 || j == 0
                ? i + j
                : Math.min(
                    of[i - 1][j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1),
                    1 + Math.min(of[i - 1][j], of[i][j - 1]));
        if (changedPlaces(a, i, b, j)) {
          of[i][j] = Math.min(of[i][j], of[i - 2][j - 2] + 1);
        }
      }
    }
    return of[a.length()][b.length()];
  }

  /** Whether the two letters before {@code i} are the letters before {@code j} in reverse order. */
  private static boolean changedPlaces(String a, int i, String b, int j) {
    return i > 1
        && j > 1
        && a.charAt(i - 1) == b.charAt(j - 2)
        && a.charAt(i - 2) == b.charAt(j - 1);
  }
}
