// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.transport.tcp.endpoint;

import io.thousandisland.transport.PathAccess;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.UserPrincipalNotFoundException;

/** The rights at a path, as a server asks for them. */
final class Rights {
  private Rights() {}

  /**
   * Sets the rights at {@code path}.
   *
   * @throws IllegalArgumentException when a user or a group is unknown, or may not be set by this
   *     process; the message names the setting
   */
  static void set(Path path, PathAccess access) throws IOException {
    PosixFileAttributeView view =
        Files.getFileAttributeView(path, PosixFileAttributeView.class, LinkOption.NOFOLLOW_LINKS);
    if (view == null) {
      throw new IllegalArgumentException(
          "unixPermissions, unixOwner and unixGroup need a file system with POSIX permissions");
    }
    var users = path.getFileSystem().getUserPrincipalLookupService();
    if (access.group().isPresent()) {
      String group = access.group().get();
      set(
          "unixGroup",
          group,
          "a group of this system that this process belongs to",
          () -> view.setGroup(users.lookupPrincipalByGroupName(group)));
    }
    if (access.permissions().isPresent()) {
      Files.setPosixFilePermissions(path, access.permissions().get());
    }
    if (access.owner().isPresent()) { // last: a path given away cannot be changed any more
      String owner = access.owner().get();
      set(
          "unixOwner",
          owner,
          "a user of this system, which only the administrator may choose",
          () -> view.setOwner(users.lookupPrincipalByName(owner)));
    }
  }

  private interface Step {
    void run() throws IOException;
  }

  private static void set(String key, String value, String allowed, Step step) throws IOException {
    try {
      step.run();
    } catch (UserPrincipalNotFoundException | FileSystemException e) {
      throw new IllegalArgumentException(
          "%s is %s; allowed: %s (%s)".formatted(key, value, allowed, e), e);
    }
  }
}
