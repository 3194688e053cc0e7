// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.launcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DeployTest {

  @TempDir Path home;

  private Path file(String name, String content) throws Exception {
    return Files.writeString(home.resolve(name), content);
  }

  @Test
  void filesArriveUnderTheirNamesOrOthersAndNothingElseIsLeftThere() throws Exception {
    Path folder = home.resolve("new").resolve("deploy");
    Path cfg = file("a.cfg", "port = 0");
    Path jar = file("a-1.0.jar", "one");

    Deploy.main(new String[] {folder.toString(), cfg.toString(), jar + "=a.jar"});
    file("a-1.0.jar", "two");
    Deploy.main(new String[] {folder.toString(), cfg.toString(), jar + "=a.jar"});

    assertThat(folder.resolve("a.cfg")).hasContent("port = 0");
    assertThat(folder.resolve("a.jar")).hasContent("two");
    try (var there = Files.list(folder)) {
      assertThat(there.map(Path::getFileName).map(Path::toString))
          .containsExactlyInAnyOrder("a.cfg", "a.jar");
    }
  }

  /** A server would take a new time of an unchanged file for a change. */
  @Test
  void whatIsThereAlreadyIsNotTouched() throws Exception {
    Path folder = home.resolve("deploy");
    Path cfg = file("a.cfg", "port = 0");
    Deploy.main(new String[] {folder.toString(), cfg.toString()});
    FileTime longAgo = FileTime.from(Instant.parse("2001-01-01T00:00:00Z"));
    Files.setLastModifiedTime(folder.resolve("a.cfg"), longAgo);

    Deploy.main(new String[] {folder.toString(), cfg.toString()});

    assertThat(Files.getLastModifiedTime(folder.resolve("a.cfg"))).isEqualTo(longAgo);
  }

  @Test
  void missingFileIsSaidAndTouchesNothing() throws Exception {
    Path folder = home.resolve("deploy");
    String absent = home.resolve("absent.jar").toString();
    assertThatThrownBy(() -> Deploy.main(new String[] {folder.toString(), absent}))
        .isInstanceOf(NoSuchFileException.class);
    assertThat(folder).isEmptyDirectory();
  }
}
