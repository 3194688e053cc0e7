// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.deploy.bundles;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.thousandisland.deploy.folder.Jars;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.zip.ZipException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WholeJarTest {

  @TempDir Path home;

  private WholeJar copy(byte[] bytes) throws Exception {
    Path file = Files.write(home.resolve("a.jar"), bytes);
    return WholeJar.copy(file, home.resolve("copy"));
  }

  @Test
  void jarIsCopiedAsItIs() throws Exception {
    byte[] bytes = Jars.bundle("org.example.a", "1.2.3", Map.of());

    WholeJar jar = copy(bytes);

    assertThat(jar.identity()).isEqualTo(new BundleIdentity("org.example.a", "1.2.3", null));
    assertThat(jar.copy()).hasBinaryContent(bytes);
  }

  @Test
  void parametersDoNotBelongToTheSymbolicName() throws Exception {
    byte[] bytes =
        Jars.bundle(
            "org.example.a; singleton:=true",
            "1.0.0",
            Map.of("Fragment-Host", "org.example.host;bundle-version=\"[1,2)\""));

    assertThat(copy(bytes).identity())
        .isEqualTo(new BundleIdentity("org.example.a", "1.0.0", "org.example.host"));
  }

  @Test
  void everyTruncatedCopyIsRefused() throws Exception {
    byte[] bytes = Jars.bundle("org.example.a", "1.0.0", Map.of());
    for (int length = 0; length < bytes.length; length++) {
      byte[] half = Arrays.copyOf(bytes, length);
      assertThatThrownBy(() -> copy(half)).as("%d bytes", length).isInstanceOf(ZipException.class);
      assertThat(home.resolve("copy")).doesNotExist();
    }
  }

  /**
   * Like a copy that was allocated before it is written: the end is there, and the middle is not.
   */
  @Test
  void jarWithAHoleIsRefused() throws Exception {
    byte[] bytes = Jars.bundle("org.example.a", "1.0.0", Map.of());
    Arrays.fill(bytes, 60, 80, (byte) 0);

    assertThatThrownBy(() -> copy(bytes)).isInstanceOf(ZipException.class);
  }

  @Test
  void jarWithoutASymbolicNameIsNoBundle() throws Exception {
    assertThat(copy(Jars.jar(Map.of("Implementation-Title", "a"))).identity()).isNull();
  }

  @Test
  void missingFileIsNotAHalfOne() {
    assertThatThrownBy(() -> WholeJar.copy(home.resolve("none.jar"), home.resolve("copy")))
        .isInstanceOf(NoSuchFileException.class);
  }

  @Test
  void whatIsNoJarIsNotCopiedFirst() throws Exception {
    Path file = Files.write(home.resolve("a.jar"), new byte[1000]);
    Path nowhere = home.resolve("no folder").resolve("copy");

    assertThatThrownBy(() -> WholeJar.copy(file, nowhere)).isInstanceOf(ZipException.class);
  }
}
