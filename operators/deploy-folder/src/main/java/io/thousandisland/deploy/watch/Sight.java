// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.deploy.watch;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;

/**
 * The result of one look at the folder, compared with the look before.
 *
 * @param still the files that have not changed since the look before
 * @param moving the files that have changed, come, or just gone: the next look tells
 */
public record Sight(SortedMap<Path, Still> still, Set<Path> moving) {

  private static final Comparator<Map.Entry<Path, Still>> OLDEST_FIRST =
      Comparator.<Map.Entry<Path, Still>>comparingLong(
              file -> file.getValue().fingerprint().modified().toMillis())
          .thenComparing(Map.Entry::getKey);

  /**
   * The files of a kind that do not change. Of two files that exclude each other, the older file
   * came first.
   */
  public List<Map.Entry<Path, Still>> of(Kind kind) {
    return still.entrySet().stream()
        .filter(file -> file.getValue().fingerprint().regular())
        .filter(file -> Kind.of(FileName.of(file.getKey())) == kind)
        .sorted(OLDEST_FIRST)
        .toList();
  }

  public boolean gone(Path file) {
    return !still.containsKey(file) && !moving.contains(file);
  }

  /** A file that does not change. */
  public record Still(Fingerprint fingerprint, Duration unchanged) {}
}
