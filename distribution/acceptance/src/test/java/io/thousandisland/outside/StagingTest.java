// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.outside;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The demands of a public repository on a release: what Maven Central refuses, fails here. */
class StagingTest {

  /** Of each pom, as paths. */
  private static final List<String> DEMANDED =
      List.of(
          "name",
          "description",
          "url",
          "licenses/license/name",
          "licenses/license/url",
          "developers/developer/name",
          "scm/connection",
          "scm/url");

  private static final List<String> OF_THE_BUILD =
      List.of("parent", "build", "properties", "modules", "repositories", "profiles");

  /** It is a jar, too, and nobody depends on it. */
  private static final String ARCHETYPE = "io.thousandisland.handler.archetype";

  @TempDir Path home;
  private Staging staging;

  @BeforeEach
  void release() throws Exception {
    staging = Staging.of(home);
  }

  @Test
  void everyPomSaysWhatTheProjectIsAndNamesNoParent() throws Exception {
    for (String artifact : staging.artifacts()) {
      Pom pom = staging.pom(artifact);
      for (String path : DEMANDED) {
        assertThat(pom.text(path)).as("%s of %s", path, artifact).isNotBlank();
      }
      for (String path : OF_THE_BUILD) {
        assertThat(pom.parts(path)).as("%s of %s", path, artifact).isEmpty();
      }
      assertThat(Files.readString(staging.file(artifact, ".pom")))
          .as("an expression, or a folder of the build, in the pom of %s", artifact)
          .doesNotContain("${", System.getProperty("user.dir"));
    }
  }

  @Test
  void everyPomDependsOnWhatIsReleasedAndNotOnWhatOnlyTestsNeed() throws Exception {
    for (String artifact : staging.artifacts()) {
      for (Pom dependency : staging.pom(artifact).parts(".//dependency")) {
        String needed = dependency.text("artifactId");
        String what = "%s, which %s needs".formatted(needed, artifact);
        if (dependency.text("groupId").equals("io.thousandisland")) {
          assertThat(staging.artifacts()).as(what).contains(needed);
          assertThat(dependency.text("version")).as(what).isEqualTo(staging.version());
        } else {
          assertThat(dependency.text("version")).as(what).isNotBlank().doesNotContain("SNAPSHOT");
        }
        assertThat(dependency.text("scope")).as(what).isNotIn("test", "system");
      }
    }
  }

  @Test
  void everyJarHasSourcesAndJavadoc() throws Exception {
    List<String> artifacts = new ArrayList<>(staging.jars());
    artifacts.add(ARCHETYPE);
    for (String artifact : artifacts) {
      for (String ending : List.of("-sources.jar", "-javadoc.jar")) {
        try (var jar = new JarFile(staging.file(artifact, ending).toFile())) {
          assertThat(jar.stream().filter(entry -> !entry.isDirectory()).map(ZipEntry::getName))
              .as(artifact + ending)
              .isNotEmpty()
              .anyMatch(name -> !name.equals(JarFile.MANIFEST_NAME));
        }
      }
    }
  }

  @Test
  void everyFileHasItsChecksums() throws Exception {
    try (Stream<Path> all = Files.walk(staging.release())) {
      List<Path> files =
          all.filter(Files::isRegularFile)
              .filter(file -> !file.toString().matches(".*\\.(md5|sha1|sha256|sha512)"))
              .toList();
      assertThat(files).as("the test looks in the wrong place").hasSizeGreaterThan(100);
      for (Path file : files) {
        assertThat(checksum(file, ".md5")).as("MD5 of %s", file).isEqualTo(digest(file, "MD5"));
        assertThat(checksum(file, ".sha1"))
            .as("SHA-1 of %s", file)
            .isEqualTo(digest(file, "SHA-1"));
      }
    }
  }

  private static String checksum(Path file, String ending) throws IOException {
    return Files.readString(file.resolveSibling(file.getFileName() + ending)).strip();
  }

  private static String digest(Path file, String algorithm) throws Exception {
    byte[] digest = MessageDigest.getInstance(algorithm).digest(Files.readAllBytes(file));
    return HexFormat.of().formatHex(digest);
  }

  @Test
  void bomNamesEveryJar() throws Exception {
    List<String> named = new ArrayList<>();
    for (Pom dependency : staging.pom("io.thousandisland.bom").parts(".//dependency")) {
      named.add(dependency.text("artifactId"));
    }
    assertThat(named).containsExactlyInAnyOrderElementsOf(staging.jars());
  }

  /** A new module is to be added here, or to the BOM, or has the property maven.deploy.skip. */
  @Test
  void nothingElseIsPublished() throws Exception {
    List<String> others = new ArrayList<>(staging.artifacts());
    others.removeAll(staging.jars());
    assertThat(others)
        .containsExactlyInAnyOrder(
            "io.thousandisland.bnd",
            "io.thousandisland.bom",
            "io.thousandisland.distribution",
            "io.thousandisland.feature",
            "io.thousandisland.karaf",
            ARCHETYPE);
    try (Stream<Path> all = Files.walk(staging.release())) {
      assertThat(all.map(file -> file.getFileName().toString()))
          .noneMatch(name -> name.endsWith("-tests.jar"));
    }
  }
}
