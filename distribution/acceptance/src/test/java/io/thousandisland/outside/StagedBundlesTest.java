// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.outside;

import static org.assertj.core.api.Assertions.assertThat;

import aQute.bnd.header.OSGiHeader;
import aQute.bnd.header.Parameters;
import java.lang.module.ModuleFinder;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.zip.ZipEntry;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The jars of a release as a framework reads them, and as a module path does. */
class StagedBundlesTest {

  /** Of each manifest. */
  private static final List<String> DEMANDED =
      List.of(
          "Bundle-Name",
          "Bundle-Description",
          "Bundle-Vendor",
          "Bundle-Developers",
          "Bundle-License",
          "Bundle-DocURL",
          "Bundle-SCM");

  @TempDir Path home;
  private Staging staging;

  @BeforeEach
  void release() throws Exception {
    staging = Staging.of(home);
  }

  private Attributes manifest(String artifact) throws Exception {
    try (var jar = new JarFile(staging.file(artifact, ".jar").toFile())) {
      return jar.getManifest().getMainAttributes();
    }
  }

  @Test
  void everyBundleHasTheNameOfItsArtifactAndSaysWhereItComesFrom() throws Exception {
    for (String artifact : staging.jars()) {
      Attributes manifest = manifest(artifact);
      assertThat(manifest.getValue("Bundle-SymbolicName")).isEqualTo(artifact);
      for (String header : DEMANDED) {
        assertThat(manifest.getValue(header)).as("%s of %s", header, artifact).isNotBlank();
      }
    }
  }

  @Test
  void everyExportedPackageHasAVersion() throws Exception {
    int exports = 0;
    for (String artifact : staging.jars()) {
      Parameters exported = OSGiHeader.parseHeader(manifest(artifact).getValue("Export-Package"));
      for (var each : exported.entrySet()) {
        exports++;
        assertThat(each.getValue().getVersion())
            .as("the version of %s in %s", each.getKey(), artifact)
            .matches("[1-9][0-9]*\\.[0-9]+\\.[0-9]+");
      }
    }
    assertThat(exports).as("the four of the api, at least").isGreaterThanOrEqualTo(4);
  }

  /** A name that the jar says itself stays when the file is called otherwise. */
  @Test
  void everyJarWithClassesIsAModuleWithTheNameOfItsArtifact() throws Exception {
    for (String artifact : staging.jars()) {
      Path file = staging.file(artifact, ".jar");
      try (var jar = new JarFile(file.toFile())) {
        boolean classes = jar.stream().anyMatch(entry -> entry.getName().endsWith(".class"));
        if (classes) {
          boolean described = jar.getEntry("module-info.class") != null;
          boolean named = manifest(artifact).getValue("Automatic-Module-Name") != null;
          assertThat(described || named).as(artifact).isTrue();
          assertThat(ModuleFinder.of(file).find(artifact)).as(artifact).isPresent();
        }
      }
    }
  }

  @Test
  void noJarIsSignedBecauseTheCachesOfTheJdkLeaveSignedClassesOut() throws Exception {
    for (String artifact : staging.jars()) {
      try (var jar = new JarFile(staging.file(artifact, ".jar").toFile())) {
        assertThat(jar.stream().map(ZipEntry::getName))
            .as(artifact)
            .noneMatch(name -> name.matches("META-INF/[^/]+\\.(SF|RSA|DSA|EC)"));
      }
    }
  }
}
