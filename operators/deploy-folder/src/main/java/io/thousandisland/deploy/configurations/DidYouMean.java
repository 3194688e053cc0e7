// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.deploy.configurations;

import java.util.Arrays;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** The PID that the author of a file name may have had in mind. */
public final class DidYouMean {

  private DidYouMean() {}

  /** The name of a file for the same configuration, with the most similar PID. */
  static Optional<String> file(ConfigurationName meant, Set<String> used, String end) {
    for (String pid : used) {
      // io.thousandisland.server.echo for io.thousandisland.server-echo
      if (meant.name() == null && meant.pid().matches("\\Q" + pid + "\\E[._ ].+")) {
        return Optional.of(pid + "-" + meant.pid().substring(pid.length() + 1).strip() + end);
      }
    }
    return closest(meant.pid(), used)
        .map(pid -> pid + (meant.name() == null ? "" : "-" + meant.name()) + end);
  }

  private static Optional<String> closest(String pid, Set<String> used) {
    return used.stream()
        .filter(
            known -> distance(known, pid) <= Math.max(2, pid.length() / 8) || endsLike(known, pid))
        .min(
            Comparator.comparingInt((String known) -> distance(known, pid))
                .thenComparing(known -> known));
  }

  /** Whether {@code pid} is the simple name of a class in place of the whole name. */
  private static boolean endsLike(String known, String pid) {
    return known.toLowerCase(Locale.ROOT).endsWith("." + pid.toLowerCase(Locale.ROOT));
  }

  /** Levenshtein's distance, without regard to case. */
  static int distance(String one, String other) {
    String a = one.toLowerCase(Locale.ROOT);
    String b = other.toLowerCase(Locale.ROOT);
    int[] row = new int[b.length() + 1];
    Arrays.setAll(row, i -> i);
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int substituted = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(substituted, Math.min(row[j], row[j - 1]) + 1);
      }
    }
    return row[b.length()];
  }
}
