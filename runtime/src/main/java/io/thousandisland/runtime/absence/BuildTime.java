// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.absence;

import java.io.IOException;
import java.net.URL;
import java.time.Instant;
import java.util.Collections;
import java.util.Enumeration;
import java.util.Optional;
import org.osgi.framework.Bundle;

/**
 * The time when a bundle was built: the time that bnd wrote into its manifest, else the time of its
 * newest file.
 */
public final class BuildTime {

  /** The earliest time that a jar can hold, the beginning of 1980, means no time at all. */
  private static final Instant EARLIEST = Instant.parse("1980-01-03T00:00:00Z");

  private BuildTime() {}

  /** Empty when the bundle does not give a time. */
  public static Optional<Instant> of(Bundle bundle) {
    try {
      String written = bundle.getHeaders("").get("Bnd-LastModified");
      Instant time =
          Instant.ofEpochMilli(
              written == null ? newest(bundle, "/") : Long.parseLong(written.strip()));
      return Optional.of(time).filter(EARLIEST::isBefore);
    } catch (NumberFormatException | IllegalStateException | IOException unknown) {
      return Optional.empty(); // no number, or the bundle was just uninstalled
    }
  }

  /** Does not resolve the bundle, as {@link Bundle#findEntries} would. */
  private static long newest(Bundle bundle, String folder) throws IOException {
    Enumeration<String> paths = bundle.getEntryPaths(folder);
    long newest = 0;
    if (paths != null) {
      for (String path : Collections.list(paths)) {
        newest = Math.max(newest, path.endsWith("/") ? newest(bundle, path) : time(bundle, path));
      }
    }
    return newest;
  }

  private static long time(Bundle bundle, String path) throws IOException {
    URL entry = bundle.getEntry(path);
    return entry == null ? 0 : entry.openConnection().getLastModified();
  }
}
