// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs with folders of other processes, living and dead. */
class TemporaryFolderTest {

  @TempDir Path parent;
  private final List<Other> others = new ArrayList<>();
  private TemporaryFolder own;

  /** A process with such a folder. Prints its name, and lives until it is killed. */
  public static final class Keeper {
    public static void main(String[] args) throws Exception {
      TemporaryFolder folder = TemporaryFolder.in(Path.of(args[0]));
      folder.alsoRemove(List.of(Path.of("/anywhere/resource123.jar"), Path.of("/etc/precious")));
      System.out.println(folder.path());
      System.in.read();
      folder.remove();
    }
  }

  private record Other(Process process, Path folder) {
    void kill() throws Exception {
      process.destroyForcibly().waitFor();
    }
  }

  private Other other() throws Exception {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Keeper.class.getName(),
                parent.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    var said = process.inputReader();
    var other = new Other(process, Path.of(said.readLine()));
    others.add(other);
    return other;
  }

  @BeforeEach
  void make() throws Exception {
    own = TemporaryFolder.in(parent);
  }

  @AfterEach
  void end() throws Exception {
    for (Other other : others) {
      other.kill();
    }
  }

  @Test
  void folderOfAKilledProcessIsRemovedAndThatOfALivingOneIsNot() throws Exception {
    Other killed = other();
    Other living = other();
    Files.writeString(
        Files.createDirectories(killed.folder().resolve("framework/a/b")).resolve("c"), "d");
    killed.kill();

    assertThat(own.removeAbandoned()).isEmpty();

    assertThat(killed.folder()).doesNotExist();
    assertThat(living.folder()).isDirectory();
    assertThat(own.path()).isDirectory();

    living.kill();
    own.removeAbandoned();
    assertThat(living.folder()).doesNotExist();
  }

  @Test
  void ownFolderStaysLockedAfterTheSearch() throws Exception {
    own.removeAbandoned();
    Other next = other();
    next.kill(); // it has not searched; a later search must not take our folder for a dead one's
    var search =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Searcher.class.getName(),
                parent.toString())
            .inheritIO()
            .start();
    assertThat(search.waitFor()).isZero();

    assertThat(next.folder()).doesNotExist();
    assertThat(own.path()).isDirectory();
  }

  /** A process that searches, and ends. */
  public static final class Searcher {
    public static void main(String[] args) throws Exception {
      TemporaryFolder folder = TemporaryFolder.in(Path.of(args[0]));
      folder.removeAbandoned();
      folder.remove();
    }
  }

  @Test
  void copiesOfJarsGoWithTheFolderAndNothingElseBesideIt() throws Exception {
    Path copy = Files.createFile(parent.resolve("resource123.jar"));
    Path ofAnother = Files.createFile(parent.resolve("resource124.jar"));
    Path precious = Files.createFile(parent.resolve("precious"));
    other().kill();

    own.removeAbandoned();

    assertThat(copy).doesNotExist();
    assertThat(ofAnother).exists();
    assertThat(precious).exists();
  }

  @Test
  void whatOnlyHasTheNameIsLeftAlone() throws Exception {
    Path withoutLock = Files.createDirectory(parent.resolve("thousandisland-mine"));
    Path file = Files.createFile(parent.resolve("thousandisland-notes.txt"));
    own.removeAbandoned();
    assertThat(withoutLock).isDirectory();
    assertThat(file).exists();
  }

  @Test
  void linksAreNotFollowed(@TempDir Path elsewhere) throws Exception {
    Path precious = Files.createFile(elsewhere.resolve("precious"));
    Files.createFile(elsewhere.resolve("lock"));
    Path link = Files.createSymbolicLink(parent.resolve("thousandisland-link"), elsewhere);
    Path linkedLock = Files.createDirectory(parent.resolve("thousandisland-linked"));
    Files.createSymbolicLink(linkedLock.resolve("lock"), precious);
    Other killed = other();
    Files.createSymbolicLink(killed.folder().resolve("within"), elsewhere);
    killed.kill();

    own.removeAbandoned();

    assertThat(precious).exists();
    assertThat(link).isSymbolicLink();
    assertThat(killed.folder()).doesNotExist();
  }

  @Test
  void processThatEndsInOrderLeavesNothing() throws Exception {
    Other other = other();
    other.process().getOutputStream().close();
    assertThat(other.process().waitFor()).isZero();
    assertThat(other.folder()).doesNotExist();
  }
}
