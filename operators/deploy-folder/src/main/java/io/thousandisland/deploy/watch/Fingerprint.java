// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.deploy.watch;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The data that a file system gives about a file's content without reading it. Different content
 * has a different fingerprint; a change of permissions alone does not change it.
 *
 * @param key the inode, where there are inodes: a file that was moved here may have the same time
 * @param regular false for folders, pipes and devices, which cannot be read to an end
 */
public record Fingerprint(long size, FileTime modified, @Nullable Object key, boolean regular) {

  private static final Fingerprint OF_A_LINK_THAT_LEADS_NOWHERE =
      new Fingerprint(-1, FileTime.fromMillis(0), null, true);

  /** Empty when the file has just gone. */
  static Optional<Fingerprint> of(Path file) throws IOException {
    try {
      var attributes = Files.readAttributes(file, BasicFileAttributes.class);
      return Optional.of(
          new Fingerprint(
              attributes.size(),
              attributes.lastModifiedTime(),
              attributes.fileKey(),
              attributes.isRegularFile()));
    } catch (NoSuchFileException e) {
      return Files.isSymbolicLink(file)
          ? Optional.of(OF_A_LINK_THAT_LEADS_NOWHERE)
          : Optional.empty();
    } catch (FileSystemException e) {
      // A link in a circle, or to a place that the process may not read, is that one file's
      // trouble.
      if (Files.isSymbolicLink(file)) {
        return Optional.of(OF_A_LINK_THAT_LEADS_NOWHERE);
      }
      throw e;
    }
  }
}
