package io.thousandisland.transport.tls.certificates;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A look at files from time to time, that finds out whether they were replaced or changed. Links
 * are followed: a switched link is a change.
 *
 * <p>Files that belong together are rarely replaced in one instant. So a change is told when two
 * looks in a row have found the same.
 *
 * <p>Thread: one at a time.
 */
public final class WatchedFiles {

  /** The look of a file from outside; all null for a file that is not there. */
  private record Stamp(
      @Nullable Path real, @Nullable Object key, @Nullable FileTime changed, long size) {
    static Stamp of(Path file) {
      try {
        Path real = file.toRealPath();
        var facts = Files.readAttributes(real, BasicFileAttributes.class);
        return new Stamp(real, facts.fileKey(), facts.lastModifiedTime(), facts.size());
      } catch (IOException missing) {
        return new Stamp(null, null, null, -1);
      }
    }
  }

  private final List<Path> files;

  /** As of the files that are in use. */
  private List<Stamp> used;

  /** As of the last look. */
  private List<Stamp> seen;

  /** Begins with the files as they are now: make it before they are read. */
  public WatchedFiles(List<Path> files) {
    this.files = List.copyOf(files);
    this.used = stamps();
    this.seen = used;
  }

  private List<Stamp> stamps() {
    return files.stream().map(Stamp::of).toList();
  }

  /** True once for each change, as soon as the files have been the same for two looks in a row. */
  public boolean haveChanged() {
    List<Stamp> now = stamps();
    boolean settled = now.equals(seen);
    seen = now;
    if (!settled || now.equals(used)) {
      return false;
    }
    used = now;
    return true;
  }
}
