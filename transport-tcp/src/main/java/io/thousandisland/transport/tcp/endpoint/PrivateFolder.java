// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.transport.tcp.endpoint;

import java.io.IOException;
import java.net.BindException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.ThreadLocalRandom;

/**
 * A folder that only this process's user can enter, with a place for one socket. Its names are
 * short, because the path of a Unix socket must be.
 *
 * <p>Thread: the one that has made it.
 *
 * @param socket the place
 */
record PrivateFolder(Path folder, Path socket) implements AutoCloseable {

  /** The length that the place has beyond the parent folder: {@code /.abcd/s}. */
  static final int LENGTH = 8;

  private static final int SHORTEST = 36 * 36 * 36;
  private static final int NAMES = 36 * SHORTEST;

  /** Makes one beside {@code path}. */
  static PrivateFolder beside(Path path) throws IOException {
    Path given = path.getParent();
    Path parent = given == null ? Path.of("") : given;
    while (true) {
      int number = ThreadLocalRandom.current().nextInt(SHORTEST, NAMES);
      String name = "." + Integer.toString(number, 36);
      try {
        Path folder =
            Files.createDirectory(
                parent.resolve(name),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        return new PrivateFolder(folder, folder.resolve("s"));
      } catch (FileAlreadyExistsException taken) {
        continue; // another name
      } catch (IOException e) {
        String why =
            Files.isDirectory(parent)
                ? "the folder cannot be written to (" + e + ")"
                : "its folder does not exist";
        var failed = new BindException("unix:" + path + ": " + why);
        failed.initCause(e);
        throw failed;
      }
    }
  }

  @Override
  public void close() throws IOException {
    try {
      Files.deleteIfExists(socket);
      Files.delete(folder);
    } catch (NoSuchFileException gone) {
      return; // somebody has cleaned up
    }
  }
}
