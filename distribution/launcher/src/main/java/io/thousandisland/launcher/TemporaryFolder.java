// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.launcher;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The folder of one process, removed at the end of the process. A killed process leaves its folder
 * to the next process that starts.
 *
 * <p>A file in it is locked for as long as the process lives. The system releases that lock however
 * the process ends, and knows it in every container that shares the folder. A process id would be
 * reused, and would mean another process there.
 *
 * <p>Thread: main, and at the end the shutdown hook's.
 */
final class TemporaryFolder {
  private static final String PREFIX = "thousandisland-";
  private static final String LOCK = "lock";
  private static final String BESIDE = "beside";

  /** The names of the copies of jars that bnd's launcher makes. */
  private static final String COPY = "resource[0-9]+\\.jar";

  private final Path path;

  /** Closed by the end of the process; a channel that is collected would be closed earlier. */
  @SuppressWarnings("UnusedVariable")
  private final FileChannel lock;

  private TemporaryFolder(Path path, FileChannel lock) {
    this.path = path;
    this.lock = lock;
  }

  static TemporaryFolder in(Path parent) throws IOException {
    Path path = Files.createTempDirectory(parent, PREFIX);
    Path unlocked = path.resolve(LOCK + ".new");
    FileChannel channel =
        FileChannel.open(unlocked, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    channel.lock();
    // renamed only now: others take a file that they can lock for a dead process's file
    Files.move(unlocked, path.resolve(LOCK), StandardCopyOption.ATOMIC_MOVE);
    return new TemporaryFolder(path, channel);
  }

  Path path() {
    return path;
  }

  /** Remembers files that lie beside the folder, and go with it. */
  void alsoRemove(List<Path> files) throws IOException {
    List<String> names =
        files.stream().map(file -> "" + file.getFileName()).collect(Collectors.toList());
    Files.write(path.resolve(BESIDE), names, StandardCharsets.UTF_8);
  }

  void remove() {
    try {
      delete(path);
    } catch (IOException e) {
      // stopped while the framework was being created: the next start removes the rest
    }
  }

  /**
   * Removes the folders of this user's processes that have ended.
   *
   * @return the folders that could not be removed, with the reason
   */
  List<String> removeAbandoned() throws IOException {
    List<String> left = new ArrayList<>();
    Object owner = Files.getOwner(path);
    try (DirectoryStream<Path> folders = Files.newDirectoryStream(path.getParent(), PREFIX + "*")) {
      for (Path folder : folders) {
        // not our own: a process that closes a file loses its locks on the file
        if (!folder.equals(path) && isFolderOf(owner, folder)) {
          try {
            removeIfAbandoned(folder);
          } catch (IOException e) {
            left.add("could not remove " + folder + ", which an earlier process left: " + e);
          }
        }
      }
    }
    return left;
  }

  private static boolean isFolderOf(Object owner, Path folder) {
    try {
      return Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)
          && Files.getOwner(folder, LinkOption.NOFOLLOW_LINKS).equals(owner);
    } catch (IOException e) {
      return false; // its process has just removed it
    }
  }

  private static void removeIfAbandoned(Path folder) throws IOException {
    try (FileChannel channel =
        FileChannel.open(
            folder.resolve(LOCK), StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS)) {
      if (channel.tryLock() != null) {
        removeBeside(folder);
        delete(folder);
      }
    } catch (NoSuchFileException e) {
      // not such a folder, or a folder that is just being made
    }
  }

  private static void removeBeside(Path folder) throws IOException {
    Path list = folder.resolve(BESIDE);
    if (!Files.isRegularFile(list, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    for (String name : Files.readAllLines(list, StandardCharsets.UTF_8)) {
      Path file = folder.resolveSibling(name);
      if (name.matches(COPY) && Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
        Files.delete(file);
      }
    }
  }

  /**
   * Links are removed, not their targets; a file that is gone already is no trouble. The lock goes
   * last, because without it no process would come back for the rest.
   */
  private static void delete(Path folder) throws IOException {
    Path lock = folder.resolve(LOCK);
    List<Path> deepestFirst;
    try (Stream<Path> paths = Files.walk(folder)) {
      deepestFirst = paths.sorted(Comparator.reverseOrder()).collect(Collectors.toList());
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
    for (Path each : deepestFirst) {
      if (!each.equals(lock) && !each.equals(folder)) {
        Files.deleteIfExists(each);
      }
    }
    Files.deleteIfExists(lock);
    Files.deleteIfExists(folder);
  }
}
