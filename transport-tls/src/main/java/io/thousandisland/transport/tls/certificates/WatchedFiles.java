// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.transport.tls.certificates;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A look at files from time to time, that finds out whether their content has changed. Links are
 * followed: a switched link is a change, if there is something else behind it.
 *
 * <p>Files that belong together are rarely replaced in one instant. So a change is told when two
 * looks in a row have found the same.
 *
 * <p>Thread: one at a time.
 */
public final class WatchedFiles {

  /**
   * A file that changed at most this long before a look is read again at the next one. Its time
   * need not tell a second change: some file systems count in steps of two seconds.
   */
  private static final Duration YOUNG = Duration.ofSeconds(10);

  /** The look of a file from outside. */
  private record Facts(
      Path real, @Nullable Object key, FileTime changed, long size, boolean readable) {

    /** Null for a file that is not there. */
    static @Nullable Facts of(Path file) {
      try {
        Path real = file.toRealPath();
        var all = Files.readAttributes(real, BasicFileAttributes.class);
        return new Facts(
            real, all.fileKey(), all.lastModifiedTime(), all.size(), Files.isReadable(real));
      } catch (IOException missing) {
        return null;
      }
    }

    boolean areOldAt(Instant now) {
      return changed.toInstant().isBefore(now.minus(YOUNG));
    }
  }

  /**
   * A file as a look has found it.
   *
   * @param facts null for a file that is not there
   * @param old whether the facts tell the next change
   * @param content a hash of it, or the reason why it cannot be read
   */
  private record Found(@Nullable Facts facts, boolean old, String content) {

    static Found at(Path file, @Nullable Found before) {
      Instant now = Instant.now();
      Facts facts = Facts.of(file); // before it is read: a change in between is seen next time
      if (before != null && before.old && before.facts != null && before.facts.equals(facts)) {
        return before;
      }
      return new Found(facts, facts != null && facts.areOldAt(now), content(file));
    }

    private static String content(Path file) {
      try {
        byte[] all = Content.of("", file);
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(all));
      } catch (UnusableException why) {
        return String.valueOf(why.getMessage());
      } catch (NoSuchAlgorithmException e) {
        throw new AssertionError("every JDK has SHA-256", e);
      }
    }
  }

  private final List<Path> files;

  /** As of the look before the files in use were read. */
  private List<Found> used;

  /** As of the last look. */
  private List<Found> seen;

  /** Whether no look has come after the files in use were read. */
  private boolean justRead = true;

  /** Whether files were touched while those in use were read: they may have had other content. */
  private boolean touched;

  /** Begins with the files as they are now: make it before they are read. */
  public WatchedFiles(List<Path> files) {
    this.files = List.copyOf(files);
    this.used = this.files.stream().map(file -> Found.at(file, null)).toList();
    this.seen = used;
  }

  /**
   * True once for each change, as soon as the files have been the same for two looks in a row. Read
   * them then.
   */
  public boolean haveChanged() {
    List<Found> before = seen;
    seen =
        IntStream.range(0, files.size())
            .mapToObj(i -> Found.at(files.get(i), before.get(i)))
            .toList();
    if (justRead) {
      justRead = false;
      touched = !each(seen, Found::facts).equals(each(used, Found::facts));
    }
    List<Object> now = each(seen, Found::content);
    boolean settled = now.equals(each(before, Found::content));
    if (!settled || (!touched && now.equals(each(used, Found::content)))) {
      return false;
    }
    areReadAnyway();
    return true;
  }

  /** The files are read now, right after a look that has told no change. */
  public void areReadAnyway() {
    used = seen;
    justRead = true;
  }

  private static List<Object> each(
      List<Found> all, Function<Found, ? extends @Nullable Object> part) {
    return all.stream().<Object>map(one -> Optional.ofNullable(part.apply(one))).toList();
  }
}
