// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.deploy.watch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WatchTest {

  @TempDir Path home;
  private Path folder;
  private Instant now = Instant.EPOCH;
  private Watch watch;

  @BeforeEach
  void startWatching() throws Exception {
    folder = Files.createDirectory(home.resolve("deploy"));
    watch = new Watch(folder, () -> now);
  }

  private Sight look() throws Exception {
    now = now.plusMillis(250);
    return watch.look();
  }

  private static Sight.Still still(Sight sight, Path file) {
    return Objects.requireNonNull(sight.still().get(file), "moving or gone");
  }

  private Path write(String name, String content) throws Exception {
    return Files.writeString(folder.resolve(name), content);
  }

  @Test
  void fileCountsWhenTwoLooksHaveSeenTheSame() throws Exception {
    Path file = write("a.cfg", "a=1");

    assertThat(look().still()).isEmpty();
    assertThat(look().still()).containsOnlyKeys(file);
    assertThat(still(look(), file).unchanged()).isEqualTo(Duration.ofMillis(500));
  }

  @Test
  void fileThatGrowsIsMoving() throws Exception {
    Path file = write("a.cfg", "a=1");
    look();
    write("a.cfg", "a=12");

    Sight sight = look();

    assertThat(sight.still()).isEmpty();
    assertThat(sight.moving()).containsExactly(file);
  }

  @Test
  void fileHasGoneWhenTwoLooksHaveMissedIt() throws Exception {
    Path file = write("a.cfg", "a=1");
    look();
    look();
    Files.delete(file);

    assertThat(look().gone(file)).isFalse();
    assertThat(look().gone(file)).isTrue();
  }

  @Test
  void fileThatIsDeletedAndMadeAgainBetweenTwoLooksHasChanged() throws Exception {
    Path file = write("a.cfg", "a=1");
    look();
    Sight before = look();
    FileTime time = Files.getLastModifiedTime(file);
    Path other = Files.writeString(home.resolve("other"), "a=2");
    Files.setLastModifiedTime(other, time);
    Files.move(other, file, StandardCopyOption.REPLACE_EXISTING);

    assertThat(look().gone(file)).isFalse();
    assertThat(still(look(), file).fingerprint()).isNotEqualTo(still(before, file).fingerprint());
  }

  @Test
  void folderThatWasReplacedIsWatchedByItsName() throws Exception {
    Path old = write("a.cfg", "a=1");
    look();
    look();
    Files.move(folder, home.resolve("old"));
    assertThatThrownBy(watch::look).isInstanceOf(NoSuchFileException.class);
    Files.createDirectory(folder);
    Path fresh = write("b.cfg", "b=1");

    assertThat(look().gone(old)).isFalse();
    Sight sight = look();

    assertThat(sight.gone(old)).isTrue();
    assertThat(sight.still()).containsOnlyKeys(fresh);
  }

  @Test
  void filesThatAreBeingWrittenAreNotSeen() throws Exception {
    write(".a.jar.part", "");
    write("a.jar.part", "");
    write("a.cfg~", "");
    write("#a.cfg#", "");
    write(".hidden.cfg", "");

    look();

    assertThat(look().still()).isEmpty();
  }

  @Test
  void changeOfPermissionsIsNoChange() throws Exception {
    Path file = write("a.cfg", "a=1");
    look();
    Fingerprint before = still(look(), file).fingerprint();
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("r--------"));

    assertThat(still(look(), file).fingerprint()).isEqualTo(before);
  }

  @Test
  void linkInACircleIsThatFilesTroubleAndNotTheFolders() throws Exception {
    Path link = Files.createSymbolicLink(folder.resolve("a.jar"), Path.of("a.jar"));
    Path file = write("b.cfg", "b=1");
    look();

    assertThat(look().still()).containsOnlyKeys(link, file);
  }

  @Test
  void linkToNothingIsSeen() throws Exception {
    Path link = Files.createSymbolicLink(folder.resolve("a.jar"), Path.of("nowhere.jar"));
    look();

    assertThat(look().still()).containsOnlyKeys(link);
  }
}
