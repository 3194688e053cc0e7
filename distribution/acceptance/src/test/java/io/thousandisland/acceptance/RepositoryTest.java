// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.acceptance;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import aQute.bnd.osgi.repository.XMLResourceParser;
import aQute.bnd.osgi.resource.ResourceUtils;
import aQute.bnd.osgi.resource.ResourceUtils.ContentCapability;
import biz.aQute.resolve.Bndrun;
import biz.aQute.resolve.RunResolution;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.osgi.resource.Resource;

/** The OSGi repository for users of bnd, which {@code distribution/bnd} makes. */
class RepositoryTest {

  private static final Path ROOT = Path.of("..", "..").toAbsolutePath().normalize();
  private static final Path REPOSITORY = ROOT.resolve("distribution/bnd/target/repository");
  private static final Path INDEX = REPOSITORY.resolve("index.xml");
  private static final String OURS = "io.thousandisland.";

  /**
   * These run without a framework: the launcher on bnd's {@code -runpath}, embedded in programs.
   */
  private static final Set<String> WITHOUT_A_FRAMEWORK =
      Set.of(OURS + "launcher", OURS + "embedded");

  private static List<Resource> resources = List.of();

  @TempDir Path home;

  @BeforeAll
  static void parse() throws Exception {
    try (var parser = new XMLResourceParser(INDEX.toFile())) {
      resources = parser.parse();
    }
  }

  /** Bundles only: bnd describes a jar for several releases of Java with resources of its own. */
  private static List<Resource> bundles() {
    return resources.stream().filter(each -> !type(each).equals("bnd.synthetic")).toList();
  }

  private static String type(Resource resource) {
    return String.valueOf(
        ResourceUtils.getIdentityCapability(resource).getAttributes().get("type"));
  }

  private static String name(Resource bundle) {
    return ResourceUtils.getIdentityCapability(bundle).osgi_identity();
  }

  @Test
  void indexNamesEveryBundleThatIsPublished() throws Exception {
    String bom = Files.readString(ROOT.resolve("distribution/bom/pom.xml"));
    String list = bom.substring(bom.indexOf("<dependencyManagement>"), bom.indexOf("<build>"));
    List<String> published =
        Pattern.compile("<artifactId>([^<]+)<")
            .matcher(list)
            .results()
            .map(found -> found.group(1))
            .toList();

    assertThat(bundles().stream().map(RepositoryTest::name).filter(name -> name.startsWith(OURS)))
        .containsExactlyInAnyOrderElementsOf(published);
  }

  @Test
  void compressedIndexIsTheSame() throws Exception {
    try (var gzip = new GZIPInputStream(Files.newInputStream(REPOSITORY.resolve("index.xml.gz")))) {
      assertThat(new String(gzip.readAllBytes(), UTF_8)).isEqualTo(Files.readString(INDEX));
    }
  }

  @Test
  void everyAddressIsRelativeAndLeadsToTheVeryBundleThatWasIndexed() throws Exception {
    assertThat(Files.readString(INDEX)).doesNotContain(ROOT.toString(), "file:/");
    Set<Path> named =
        bundles().stream()
            .map(ResourceUtils::getContentCapability)
            .map(ContentCapability::url)
            .map(RepositoryTest::file)
            .collect(Collectors.toSet());

    for (Resource bundle : bundles()) {
      ContentCapability content = ResourceUtils.getContentCapability(bundle);
      Path file = file(content.url());
      var digest = MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file));
      assertThat(HexFormat.of().withUpperCase().formatHex(digest))
          .as(file.toString())
          .isEqualTo(content.osgi_content());
    }
    try (var files = Files.list(REPOSITORY.resolve("bundles"))) {
      assertThat(named)
          .as("each file is in the index")
          .containsExactlyInAnyOrderElementsOf(files.toList());
    }
  }

  private static Path file(URI url) {
    return Path.of(INDEX.toUri().resolve(url));
  }

  /** With nothing else, on a framework of the repository. */
  @ParameterizedTest
  @EnumSource
  void everyBundleOfOursResolvesWithThisRepositoryAlone(Framework framework) throws Exception {
    var reports = new ArrayList<String>();
    for (Resource bundle : bundles()) {
      String name = name(bundle);
      if (name.startsWith(OURS) && !WITHOUT_A_FRAMEWORK.contains(name)) {
        RunResolution resolution = resolve(framework, name);
        if (!resolution.isOK()) {
          reports.add(name + ": " + resolution.report(false));
        }
      }
    }
    assertThat(reports).isEmpty();
  }

  private RunResolution resolve(Framework framework, String name) throws Exception {
    Path run =
        Files.writeString(
            home.resolve("alone.bndrun"),
            """
            -standalone: %s
            -runfw: %s
            -runee: JavaSE-21
            -resolve.effective: resolve,active
            -runrequires: bnd.identity;id='%s'
            """
                .formatted(
                    INDEX.toUri(),
                    switch (framework) {
                      case FELIX -> "org.apache.felix.framework";
                      case EQUINOX -> "org.eclipse.osgi";
                    },
                    name));
    try (var bndrun = Bndrun.createBndrun(null, run.toFile())) {
      return bndrun.resolve();
    }
  }
}
