// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.transport;

import java.nio.file.attribute.PosixFilePermission;
import java.util.Optional;
import java.util.Set;

/**
 * The rights at the path of a Unix socket: a client that connects needs the right to write there.
 *
 * @param permissions of the path; empty leaves them to the umask of the process
 * @param owner the name of the user that owns the path; empty for the user of the process; only the
 *     administrator may give a path away
 * @param group the name of the group of the path; empty leaves it to the system; only a group of
 *     the process's user, but for the administrator
 */
public record PathAccess(
    Optional<Set<PosixFilePermission>> permissions,
    Optional<String> owner,
    Optional<String> group) {

  /** Nothing is asked for. */
  public static final PathAccess DEFAULT =
      new PathAccess(Optional.empty(), Optional.empty(), Optional.empty());

  public PathAccess {
    permissions = permissions.map(Set::copyOf);
  }
}
