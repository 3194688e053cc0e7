// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.transport.tcp.endpoint;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Row L5: the folder in which a Unix socket gets its rights. */
@EnabledOnOs({OS.LINUX, OS.MAC})
class PrivateFolderTest {

  @TempDir Path parent;

  @Test
  void l5NobodyElseMayEnterTheFolderInWhichASocketGetsItsRights() throws Exception {
    try (var room = PrivateFolder.beside(parent.resolve("s"))) {
      assertThat(room.folder().getParent()).isEqualTo(parent);
      assertThat(room.socket().getParent()).isEqualTo(room.folder());
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(room.folder())))
          .isEqualTo("rwx------");
      assertThat(room.socket().toString())
          .hasSize(parent.toString().length() + PrivateFolder.LENGTH);
    }
    assertThat(parent).isEmptyDirectory();
  }

  @Test
  void folderOfARelativePathIsInTheWorkingFolder() throws Exception {
    Path folder;
    try (var room = PrivateFolder.beside(Path.of("s"))) {
      folder = room.folder();
      assertThat(folder).isDirectory().isRelative();
      assertThat(folder.toAbsolutePath()).hasParent(Path.of("").toAbsolutePath());
    }
    assertThat(folder).doesNotExist();
  }

  @Test
  void folderThatSomebodyHasCleanedUpIsNoTrouble() throws Exception {
    try (var room = PrivateFolder.beside(parent.resolve("s"))) {
      Files.delete(room.folder());
    }
    assertThat(parent).isEmptyDirectory();
  }
}
