package io.thousandisland.outside;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.Node;

/** The demands of a public repository, and of the reader of a jar, on a release. */
class StagingTest {

  @TempDir Path home;
  private Staging staging;

  @BeforeEach
  void release() throws Exception {
    staging = Staging.of(home);
  }

  @Test
  void everyPomSaysWhatTheProjectIsAndNamesNoParent() throws Exception {
    for (String artifact : staging.artifacts()) {
      Element pom = xml(staging.file(artifact, ".pom")).getDocumentElement();
      assertThat(children(pom))
          .as(artifact)
          .contains("name", "description", "url", "licenses", "developers", "scm")
          .doesNotContain("parent", "build", "properties");
      assertThat(Files.readString(staging.file(artifact, ".pom")))
          .as(artifact)
          .doesNotContain("${revision}", System.getProperty("user.dir"));
    }
  }

  @Test
  void everyJarHasSourcesJavadocAndAListOfItsParts() throws Exception {
    for (String artifact : jars()) {
      for (String ending : List.of("-sources.jar", "-cyclonedx.json", "-cyclonedx.xml")) {
        assertThat(staging.file(artifact, ending)).isNotEmptyFile();
      }
      if (hasClasses(artifact)) {
        assertThat(staging.file(artifact, "-javadoc.jar")).isNotEmptyFile();
      }
    }
  }

  /** One bundle is only a manifest and a setting. */
  private boolean hasClasses(String artifact) throws Exception {
    try (var jar = new JarFile(staging.file(artifact, ".jar").toFile())) {
      return jar.stream().anyMatch(entry -> entry.getName().endsWith(".class"));
    }
  }

  @Test
  void everyBundleSaysWhereItsSourcesDocumentationAndLicenseAre() throws Exception {
    for (String artifact : jars()) {
      try (var jar = new JarFile(staging.file(artifact, ".jar").toFile())) {
        Attributes manifest = jar.getManifest().getMainAttributes();
        for (String header :
            List.of("Bundle-SCM", "Bundle-DocURL", "Bundle-License", "Bundle-Vendor")) {
          assertThat(manifest.getValue(header)).as("%s of %s", header, artifact).isNotBlank();
        }
        assertThat(jar.stream().map(entry -> entry.getName()))
            .as("signatures keep classes out of the JDK's caches")
            .noneMatch(name -> name.matches("META-INF/[^/]+\\.(SF|RSA|DSA|EC)"));
      }
    }
  }

  @Test
  void bomNamesEveryJar() throws Exception {
    var dependencies =
        xml(staging.file("io.thousandisland.bom", ".pom")).getElementsByTagName("artifactId");
    List<String> named =
        Stream.iterate(0, i -> i < dependencies.getLength(), i -> i + 1)
            .map(i -> dependencies.item(i).getTextContent())
            .filter(name -> !name.equals("io.thousandisland.bom"))
            .toList();
    assertThat(named).containsExactlyInAnyOrderElementsOf(jars());
  }

  /** The artifacts that are jars, but for the archetype: nobody depends on it. */
  private List<String> jars() throws Exception {
    return staging.artifacts().stream()
        .filter(artifact -> packaging(artifact).equals("jar"))
        .toList();
  }

  private String packaging(String artifact) {
    try {
      var found = xml(staging.file(artifact, ".pom")).getElementsByTagName("packaging");
      return found.getLength() == 0 ? "jar" : found.item(0).getTextContent();
    } catch (Exception e) {
      throw new AssertionError(artifact, e);
    }
  }

  private static Document xml(Path file) throws Exception {
    return DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(file.toFile());
  }

  private static List<String> children(Element element) {
    return Stream.iterate(element.getFirstChild(), node -> node != null, Node::getNextSibling)
        .map(Node::getNodeName)
        .toList();
  }
}
