// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.outside;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.json.Json;
import jakarta.json.JsonArray;
import jakarta.json.JsonObject;
import jakarta.json.JsonReader;
import jakarta.json.JsonValue;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The list of the parts of each jar of a release, as CycloneDX. */
class SbomTest {

  private static final String DISTRIBUTION = "io.thousandisland.distribution";
  private static final Pattern JAR = Pattern.compile("jar/(.+)\\.jar");

  @TempDir Path home;
  private Staging staging;

  @BeforeEach
  void release() throws Exception {
    staging = Staging.of(home);
  }

  private JsonObject sbom(String artifact) throws Exception {
    try (JsonReader reader =
        Json.createReader(Files.newBufferedReader(staging.file(artifact, "-cyclonedx.json")))) {
      return reader.readObject();
    }
  }

  /** Empty for a jar that needs nothing but a JDK, and a framework perhaps. */
  private JsonArray parts(String artifact) throws Exception {
    return sbom(artifact).getOrDefault("components", JsonValue.EMPTY_JSON_ARRAY).asJsonArray();
  }

  private List<String> withSbom() throws Exception {
    List<String> artifacts = new ArrayList<>(staging.jars());
    artifacts.add(DISTRIBUTION);
    return artifacts;
  }

  @Test
  void sbomSaysWhatItIsAbout() throws Exception {
    for (String artifact : withSbom()) {
      JsonObject sbom = sbom(artifact);
      assertThat(sbom.getString("bomFormat")).isEqualTo("CycloneDX");
      JsonObject subject = sbom.getJsonObject("metadata").getJsonObject("component");
      String type = staging.pom(artifact).isJar() ? "jar" : "pom";
      assertThat(subject.getString("purl"))
          .isEqualTo(
              "pkg:maven/io.thousandisland/%s@%s?type=%s"
                  .formatted(artifact, staging.version(), type));
      assertThat(subject.getJsonArray("licenses").toString()).as(artifact).contains("Apache-2.0");
      assertThat(staging.file(artifact, "-cyclonedx.xml")).isNotEmptyFile();
    }
  }

  @Test
  void everyPartHasACoordinateALicenseAndHashes() throws Exception {
    List<String> parts = new ArrayList<>();
    for (String artifact : withSbom()) {
      for (JsonValue each : parts(artifact)) {
        JsonObject part = each.asJsonObject();
        String purl = part.getString("purl");
        parts.add(purl);
        assertThat(purl).as(artifact).startsWith("pkg:maven/");
        assertThat(part.getJsonArray("licenses")).as("%s of %s", purl, artifact).isNotEmpty();
        assertThat(part.getJsonArray("hashes").toString())
            .as("%s of %s", purl, artifact)
            .contains("SHA-256");
      }
    }
    assertThat(parts)
        .as("of all")
        .anyMatch(purl -> purl.startsWith("pkg:maven/org.bouncycastle/"))
        .noneMatch(purl -> purl.contains("junit") || purl.contains("assertj"));
  }

  /** The servers are jars with jars inside. */
  @Test
  void partsOfTheDistributionAreTheJarsInIt() throws Exception {
    Set<String> inside = new TreeSet<>();
    try (var archive =
        new ZipInputStream(Files.newInputStream(staging.file(DISTRIBUTION, ".zip")))) {
      for (ZipEntry file; (file = archive.getNextEntry()) != null; ) {
        if (file.getName().matches(".*/lib/server-[a-z]+\\.jar")) {
          inside.addAll(jarsIn(new ZipInputStream(archive)));
        }
      }
    }
    inside.removeIf(name -> name.startsWith("biz.aQute.launcher-")); // bnd adds its own
    assertThat(inside).as("the test looks in the wrong place").hasSizeGreaterThan(30);

    Set<String> named = new TreeSet<>();
    for (JsonValue each : parts(DISTRIBUTION)) {
      JsonObject part = each.asJsonObject();
      named.add(part.getString("name") + "-" + part.getString("version"));
    }
    named.removeIf(name -> name.startsWith("io.thousandisland.examples."));
    assertThat(named).containsExactlyElementsOf(inside);
  }

  private static List<String> jarsIn(ZipInputStream server) throws IOException {
    List<String> names = new ArrayList<>();
    for (ZipEntry file; (file = server.getNextEntry()) != null; ) {
      Matcher jar = JAR.matcher(file.getName());
      if (jar.matches()) {
        names.add(jar.group(1));
      }
    }
    return names;
  }
}
