// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.transport.tls.certificates;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Changes that are told, and those that are not. */
class WatchedFilesTest {

  @TempDir private Path folder;

  private Path certificate;
  private Path key;

  @BeforeEach
  void write() throws IOException {
    certificate = Files.writeString(folder.resolve("certificate"), "old");
    key = Files.writeString(folder.resolve("key"), "old");
  }

  private WatchedFiles watch() {
    return new WatchedFiles(List.of(certificate, key));
  }

  private static void assertUnchanged(WatchedFiles watched) {
    for (int i = 0; i < 4; i++) {
      assertThat(watched.haveChanged()).isFalse();
    }
  }

  /** At the second look and not at the first, and once. */
  private static void assertChanged(WatchedFiles watched) {
    assertThat(watched.haveChanged()).isFalse();
    assertThat(watched.haveChanged()).isTrue();
    assertUnchanged(watched);
  }

  private static void age(Path file, int seconds) throws IOException {
    Files.setLastModifiedTime(
        file, FileTime.from(Instant.ofEpochSecond(1_700_000_000).minusSeconds(seconds)));
  }

  @Test
  void nothingIsToldWhileNothingChanges() throws Exception {
    assertUnchanged(watch());
    age(certificate, 0);
    age(key, 0);
    assertUnchanged(watch());
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void changeIsToldOnceWhenItHasSettled(boolean old) throws Exception {
    if (old) {
      age(key, 0);
    }
    WatchedFiles watched = watch();
    assertUnchanged(watched);
    Files.writeString(key, "new and longer");
    assertChanged(watched);
    Files.writeString(key, "newer");
    assertChanged(watched);
  }

  @Test
  void filesThatChangeOneAfterTheOtherAreToldTogether() throws Exception {
    WatchedFiles watched = watch();
    Files.writeString(key, "new");
    assertThat(watched.haveChanged()).isFalse();
    Files.writeString(certificate, "new");
    assertChanged(watched);
  }

  @Test
  void fileThatIsBackAsItWasWhenItSettlesIsNoChange() throws Exception {
    WatchedFiles watched = watch();
    assertUnchanged(watched);
    Files.writeString(key, "new");
    assertThat(watched.haveChanged()).isFalse();
    Files.writeString(key, "old");
    assertUnchanged(watched);
  }

  @Test
  void fileThatWasAnotherOneForAMomentWhileItWasReadIsReadAgain() throws Exception {
    age(key, 0);
    WatchedFiles watched = watch();
    Files.writeString(key, "new"); // read by somebody
    Files.writeString(key, "old");
    age(key, 1000);
    assertThat(watched.haveChanged()).isTrue();
    assertUnchanged(watched);
  }

  @Test
  void sameLengthInTheSameFileAtTheSameTimeIsAChange() throws Exception {
    Instant now = Instant.now();
    Files.setLastModifiedTime(key, FileTime.from(now));
    WatchedFiles watched = watch();
    assertUnchanged(watched);
    Files.writeString(key, "new");
    Files.setLastModifiedTime(key, FileTime.from(now)); // as if the clock stood still
    assertChanged(watched);
  }

  @Test
  void timeInTheFutureHidesNoChange() throws Exception {
    FileTime future = FileTime.from(Instant.now().plus(Duration.ofDays(1)));
    Files.setLastModifiedTime(key, future);
    WatchedFiles watched = watch();
    Files.writeString(key, "new");
    Files.setLastModifiedTime(key, future);
    assertChanged(watched);
  }

  @Test
  void olderFileInPlaceOfANewerOneIsAChange() throws Exception {
    age(key, 0);
    WatchedFiles watched = watch();
    Path other = Files.writeString(folder.resolve("other"), "new");
    age(other, 1000);
    Files.move(other, key, StandardCopyOption.REPLACE_EXISTING);
    assertChanged(watched);
  }

  @Test
  void sameContentWithAnotherTimeIsNoChange() throws Exception {
    age(key, 0);
    WatchedFiles watched = watch();
    assertUnchanged(watched);
    age(key, 1000);
    assertUnchanged(watched);
    Path copy = Files.writeString(folder.resolve("copy"), "old");
    Files.move(copy, key, StandardCopyOption.REPLACE_EXISTING);
    assertUnchanged(watched);
  }

  @Test
  void switchedLinkIsAChange() throws Exception {
    Path first = Files.createDirectory(folder.resolve("1"));
    Path second = Files.createDirectory(folder.resolve("2"));
    for (Path each : List.of(first, second)) {
      age(Files.writeString(each.resolve("key"), each == first ? "old" : "new"), 0);
    }
    Path link = Files.createSymbolicLink(folder.resolve("data"), first);
    var watched = new WatchedFiles(List.of(link.resolve("key")));
    Path next = Files.createSymbolicLink(folder.resolve("next"), second);
    Files.move(next, link, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    assertChanged(watched);
  }

  @Test
  void missingFilesAreFoundWhenTheyComeAndMissedWhenTheyGo() throws Exception {
    Files.delete(key);
    WatchedFiles watched = watch();
    assertUnchanged(watched);
    Files.writeString(key, "");
    assertChanged(watched); // it is empty now
    Files.writeString(key, "new");
    assertChanged(watched);
    Files.delete(key);
    assertChanged(watched);
    Files.createDirectory(key);
    assertChanged(watched);
  }

  @Test
  void fileThatChangesAtEachLookIsToldWhenItRests() throws Exception {
    WatchedFiles watched = watch();
    for (int i = 0; i < 9; i++) {
      Files.writeString(key, "new " + i);
      assertThat(watched.haveChanged()).isFalse();
    }
    assertThat(watched.haveChanged()).isTrue();
  }
}
