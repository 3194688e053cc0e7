// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.JarFile;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The list of bundles in docs/web-console.md, compared with the two others that the build has. */
class WebConsoleBundlesPageTest {

  @Test
  void listedBundlesAreThoseThatTheResolverAdds() throws Exception {
    for (String framework : new String[] {"felix", "equinox"}) {
      List<String> added = runBundles("web-" + framework);
      added.removeAll(runBundles("server-" + framework));
      List<String> listed = new ArrayList<>();
      for (Artifact bundle : WebConsolePage.read().bundles()) {
        try (var jar = new JarFile(bundle.file().toFile())) {
          listed.add(
              jar.getManifest().getMainAttributes().getValue("Bundle-SymbolicName").split(";")[0]);
        }
      }
      assertThat(added).as(framework).containsExactlyInAnyOrderElementsOf(listed);
    }
  }

  @Test
  void featureForKarafHasTheListedBundles() throws Exception {
    String features =
        Files.readString(
            Path.of("..", "..", "distribution", "karaf", "src", "main", "feature", "features.xml"));
    String feature = features.substring(features.indexOf("\"thousandisland-webconsole\""));
    for (Artifact bundle : WebConsolePage.read().bundles()) {
      boolean ours = bundle.groupId().equals("io.thousandisland");
      assertThat(feature.substring(0, feature.indexOf("</feature>\n\n")))
          .contains(
              "mvn:%s/%s/%s<"
                  .formatted(
                      bundle.groupId(),
                      bundle.artifactId(),
                      ours ? "${project.version}" : bundle.version()));
    }
  }

  private static List<String> runBundles(String bndrun) throws IOException {
    String run = Files.readString(Path.of("..", "..", "bndrun", bndrun + ".bndrun"));
    return new ArrayList<>(
        Pattern.compile("(?m)^\\s+([\\w.-]+);version=")
            .matcher(run)
            .results()
            .map(found -> found.group(1))
            .toList());
  }
}
