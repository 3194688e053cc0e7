// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.outside;

import static org.assertj.core.api.Assertions.assertThat;

import io.thousandisland.acceptance.Client;
import io.thousandisland.acceptance.ServerProcess;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.ServiceLoader;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.osgi.service.feature.Feature;
import org.osgi.service.feature.FeatureBundle;
import org.osgi.service.feature.FeatureExtension;
import org.osgi.service.feature.FeatureService;
import org.osgi.service.feature.ID;

/** docs/feature.md: the servers as features, of a release. */
class FeatureTest {

  private static final String FEATURE = "io.thousandisland.feature";
  private static final Pattern BUNDLE = Pattern.compile("\"id\": *\"([^\"]+:[0-9][^\":]*)\",");

  @TempDir Path home;
  private Staging staging;

  @BeforeEach
  void release() throws Exception {
    staging = Staging.of(home);
  }

  @Test
  void launcherServesAndDrains() throws Exception {
    Path project = staging.copy("feature");
    staging.maven(project, "-q", "package");
    try (var server = launch(project)) {
      int port =
          Integer.parseInt(
              server.awaitLog("echo: listening on 127\\.0\\.0\\.1:([0-9]+)$").group(1));
      try (var client = new Client(port)) {
        assertThat(client.ask("hello")).isEqualTo("hello");
        server.signal("TERM");
        assertThat(client.seesEnd()).isTrue();
      }
      server.awaitLog("echo: server drained: 0 migrated, 1 graceful, 0 forced");
      server.exit(ServerProcess.PATIENCE);
      server.saidNoStackTrace();
    }
  }

  private ServerProcess launch(Path project) throws Exception {
    var command =
        List.of(
            Path.of(System.getProperty("java.home")).resolve("bin/java").toString(),
            "-cp",
            "target/launcher/*",
            "org.apache.sling.feature.launcher.impl.Main",
            "-f",
            "target/" + FEATURE + ".slingosgifeature",
            "-fv",
            "7.0.5",
            "-V",
            "port=0",
            "-u",
            staging.release().toUri() + "," + staging.maven().repository().toUri());
    return new ServerProcess(new ProcessBuilder(command).directory(project.toFile()).start());
  }

  @ParameterizedTest
  @ValueSource(strings = {"felix", "equinox"})
  void featureServiceReadsWhatALauncherNeeds(String framework) throws Exception {
    Feature feature = read(staging.file(FEATURE, "-" + framework + ".osgifeature"));
    assertThat(feature.getID().toString())
        .isEqualTo(
            "io.thousandisland:%s:%s:%s:%s"
                .formatted(FEATURE, ID.FEATURE_ID_TYPE, framework, staging.version()));
    assertThat(feature.getVariables()).containsOnlyKeys("port", "deploy");
    assertThat(feature.getConfigurations())
        .hasEntrySatisfying(
            "io.thousandisland.server~echo",
            configuration ->
                assertThat(configuration.getValues())
                    .containsEntry("port", "${port}")
                    .containsEntry("handler.target", "(handler.name=echo)"));
    assertThat(feature.getExtensions())
        .hasEntrySatisfying(
            "framework-launching-properties",
            extension -> {
              assertThat(extension.getType()).isEqualTo(FeatureExtension.Type.JSON);
              assertThat(extension.getJSON()).contains("\"ds.lock.timeout.milliseconds\"");
            });
    assertThat(feature.getBundles())
        .hasSizeGreaterThan(30)
        .allSatisfy(
            bundle -> assertThat(bundle.getMetadata()).containsOnlyKeys("bundleStartLevel"));
    assertThat(feature.getBundles())
        .extracting(bundle -> bundle.getID().getArtifactId())
        .contains("io.thousandisland.runtime", "io.thousandisland.transport.tls");
  }

  /** The two forms of one run. */
  @ParameterizedTest
  @ValueSource(strings = {"felix", "equinox"})
  void slingsFormHasTheSameBundles(String framework) throws Exception {
    Feature feature = read(staging.file(FEATURE, "-" + framework + ".osgifeature"));
    String sling = Files.readString(staging.file(FEATURE, "-" + framework + ".slingosgifeature"));
    assertThat(BUNDLE.matcher(sling).results().map(MatchResult::group).toList().size() - 1)
        .isEqualTo(feature.getBundles().size());
    for (FeatureBundle bundle : feature.getBundles()) {
      assertThat(sling)
          .containsPattern(
              Pattern.quote("\"" + bundle.getID() + "\",")
                  + "\\s+\"start-order\": *\""
                  + bundle.getMetadata().get("bundleStartLevel")
                  + "\"");
    }
  }

  private static Feature read(Path file) throws Exception {
    FeatureService service = ServiceLoader.load(FeatureService.class).findFirst().orElseThrow();
    try (Reader reader = Files.newBufferedReader(file)) {
      return service.readFeature(reader);
    }
  }
}
