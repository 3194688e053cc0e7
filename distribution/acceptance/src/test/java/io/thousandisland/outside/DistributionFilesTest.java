// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.outside;

import static org.assertj.core.api.Assertions.assertThat;

import io.thousandisland.acceptance.Systemd;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The files of the distribution: archives, examples, licenses, units. */
@EnabledOnOs(OS.LINUX)
@Timeout(300)
@SuppressWarnings("NullAway.Init") // unpack() does
class DistributionFilesTest {

  @TempDir static Path everything;

  private static Staging staging;
  private static Distribution distribution;

  @TempDir Path home;

  @BeforeAll
  static void unpack() throws Exception {
    Path there = Files.createDirectories(everything.resolve("a folder"));
    staging = Staging.of(there);
    distribution = Distribution.unpack(staging, there);
  }

  @Test
  void examplesHaveThePortsThatTheirTableSays() throws Exception {
    Path examples = distribution.folder().resolve("examples");
    Pattern row = Pattern.compile("(?m)^  (\\w+) +([0-9]{4}) ");
    Matcher example = row.matcher(Files.readString(examples.resolve("README.txt")));
    int rows = 0;
    for (; example.find(); rows++) {
      try (Stream<Path> files = Files.list(examples.resolve(example.group(1)))) {
        Path server =
            files.filter(file -> file.toString().contains(".server-")).findFirst().orElseThrow();
        assertThat(server).content().containsPattern("(?m)^port = .*" + example.group(2) + "\\]?$");
      }
    }
    assertThat(rows).isEqualTo(5);
  }

  @Test
  void zipHasTheSameFilesAndThePermissions() throws Exception {
    var files = new TreeMap<String, Long>();
    Path archive = staging.file("io.thousandisland.distribution", ".zip");
    try (FileSystem zip =
        FileSystems.newFileSystem(archive, Map.of("enablePosixFileAttributes", true))) {
      Path root = zip.getPath("/thousandisland-" + staging.version());
      assertThat(
              PosixFilePermissions.toString(
                  Files.getPosixFilePermissions(root.resolve("bin/thousandisland"))))
          .isEqualTo("rwxr-xr-x");
      try (Stream<Path> all = Files.walk(root)) {
        for (Path file : all.filter(Files::isRegularFile).toList()) {
          files.put(root.relativize(file).toString(), Files.size(file));
        }
      }
    }
    assertThat(files.keySet())
        .contains("README.txt", "LICENSE", "NOTICE", "conf/java.options", "lib/server-felix.jar");
    for (Map.Entry<String, Long> file : files.entrySet()) {
      assertThat(distribution.folder().resolve(file.getKey())).hasSize(file.getValue());
    }
    assertThat(distribution.files().keySet().stream().filter(this::isFile))
        .hasSameSizeAs(files.keySet());
  }

  private boolean isFile(String name) {
    return Files.isRegularFile(distribution.folder().resolve(name));
  }

  @Test
  void licensesAndSbomNameEveryJarOfOthers() throws Exception {
    Path licenses = distribution.folder().resolve("licenses");
    String table = Files.readString(licenses.resolve("README.txt"));
    String sbom =
        Files.readString(staging.file("io.thousandisland.distribution", "-cyclonedx.json"));
    for (String framework : List.of("felix", "equinox")) {
      Path server = distribution.folder().resolve("lib/server-" + framework + ".jar");
      try (var jar = new JarFile(server.toFile())) {
        List<String> others =
            jar.stream()
                .map(JarEntry::getName)
                .filter(name -> name.matches("jar/(?!io\\.thousandisland).*\\.jar"))
                .map(name -> name.replaceAll("jar/(.*)-[0-9].*\\.jar", "$1"))
                .toList();
        assertThat(others).hasSizeGreaterThan(20);
        for (String other : others) {
          assertThat(table).containsPattern("(?m)^  (.*, )?\\Q" + other + "\\E[, ]");
          if (!other.equals("biz.aQute.launcher")) { // comes with a plugin of the build
            assertThat(sbom).contains("\"name\" : \"" + other + "\"");
          }
        }
      }
    }
    Pattern text = Pattern.compile("(?m) ([\\w./-]+(?:\\.txt|LICENSE))$");
    for (Matcher file = text.matcher(table); file.find(); ) {
      assertThat(licenses.resolve(file.group(1))).isNotEmptyFile();
    }
  }

  @Test
  void unitsAreSound() throws Exception {
    Path units = Files.createDirectories(home.resolve("units"));
    Path service = units.resolve("thousandisland.service");
    // a unit may hold no path with a space without quotes: through a link as at its real place
    Path opt = Files.createSymbolicLink(home.resolve("opt"), distribution.folder());
    Files.writeString(
        service,
        Files.readString(distribution.folder().resolve("systemd/thousandisland.service"))
            .replace("/opt/thousandisland", opt.toString()));
    Path socket = units.resolve("thousandisland.socket");
    Files.copy(distribution.folder().resolve("systemd/thousandisland.socket"), socket);
    assertThat(Systemd.complaintsAbout(service, socket)).isEmpty();
  }
}
