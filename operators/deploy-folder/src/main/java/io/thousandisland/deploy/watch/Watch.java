// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.deploy.watch;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.TreeMap;

/**
 * The looks at the folder. They use its path, so that a replaced folder is watched like the folder
 * before. A file counts when two looks in a row have seen the same fingerprint.
 *
 * <p>Thread: its user's only.
 */
public final class Watch {

  private final Path folder;
  private final InstantSource clock;
  private Map<Path, Seen> seen = Map.of();

  public Watch(Path folder, InstantSource clock) {
    this.folder = folder;
    this.clock = clock;
  }

  /**
   * @throws IOException when the folder is not there or cannot be listed. The content is unknown
   *     then, and no file counts as gone.
   */
  public Sight look() throws IOException {
    Instant now = clock.instant();
    var still = new TreeMap<Path, Sight.Still>();
    var moving = new HashSet<Path>();
    var current = new HashMap<Path, Seen>();
    for (Map.Entry<Path, Fingerprint> file : list().entrySet()) {
      Path path = file.getKey();
      Seen before = seen.get(path);
      if (before != null && before.fingerprint.equals(file.getValue())) {
        current.put(path, before);
        Duration unchanged = Duration.between(before.since, now);
        still.put(path, new Sight.Still(file.getValue(), unchanged));
      } else {
        current.put(path, new Seen(file.getValue(), now));
        moving.add(path);
      }
    }
    for (Path before : seen.keySet()) {
      if (!current.containsKey(before)) {
        moving.add(before);
      }
    }
    seen = current;
    return new Sight(still, moving);
  }

  private Map<Path, Fingerprint> list() throws IOException {
    var files = new HashMap<Path, Fingerprint>();
    try (DirectoryStream<Path> all = Files.newDirectoryStream(folder)) {
      for (Path file : all) {
        if (Kind.of(FileName.of(file)) != Kind.TEMPORARY) {
          Fingerprint.of(file).ifPresent(fingerprint -> files.put(file, fingerprint));
        }
      }
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
    return files;
  }

  private record Seen(Fingerprint fingerprint, Instant since) {}
}
