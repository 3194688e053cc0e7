// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.outside;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.thousandisland.acceptance.Maven;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The release that this build has staged, and somebody who has nothing else of this project: a
 * folder of his own, a local Maven repository that has no jar of ours, and settings that name the
 * staging repository. The property {@code staging} says where the release is; without it there is
 * none, and a test that asks for it is skipped.
 *
 * @param release the staging repository
 * @param version of everything in it
 * @param home where he works
 * @param maven his
 */
public record Staging(Path release, String version, Path home, Maven maven) {

  private static final Path PROJECTS = Path.of("..", "..", "outside");
  private static final String GROUP = "io/thousandisland";

  /** The release, and somebody who works in the folder {@code home}. Skips when there is none. */
  public static Staging of(Path home) throws IOException {
    String folder = System.getProperty("staging", "");
    assumeTrue(
        !folder.isBlank(),
        "no staged release: run ./mvnw -Prelease -Drevision=0.1.0 deploy"
            + " -Dtest='io.thousandisland.outside.*Test'");
    Path release = Path.of(folder).toAbsolutePath().normalize();
    if (!Files.isDirectory(release.resolve(GROUP))) {
      throw new IllegalStateException(release + " has no release: build with -Prelease deploy");
    }
    var staging =
        new Staging(release, System.getProperty("project.version", ""), home, Maven.of(home));
    Files.writeString(
        staging.settings(),
        """
        <settings>
          <profiles><profile>
            <id>staging</id>
            <repositories><repository><id>staging</id><url>%1$s</url></repository></repositories>
            <pluginRepositories><pluginRepository><id>staging</id><url>%1$s</url></pluginRepository></pluginRepositories>
          </profile></profiles>
          <activeProfiles><activeProfile>staging</activeProfile></activeProfiles>
        </settings>
        """
            .formatted(release.toUri()));
    return staging;
  }

  /** Settings of Maven that name the staging repository. */
  public Path settings() {
    return home.resolve("settings.xml");
  }

  /**
   * A file of the release.
   *
   * @param ending of its name, after the version: {@code ".jar"}, {@code "-sources.jar"} …
   */
  public Path file(String artifactId, String ending) throws IOException {
    Path file = folder(artifactId).resolve(artifactId + "-" + version + ending);
    if (Files.exists(file)) {
      return file;
    }
    return timestamped(artifactId, ending);
  }

  /** Of a snapshot, a repository has files with the time of their deployment: the newest counts. */
  private Path timestamped(String artifactId, String ending) throws IOException {
    String base = artifactId + "-" + version.replace("-SNAPSHOT", "-");
    try (Stream<Path> files = Files.list(folder(artifactId))) {
      return files
          .filter(
              file ->
                  file.getFileName()
                      .toString()
                      .matches("\\Q" + base + "\\E[0-9.]+-[0-9]+\\Q" + ending + "\\E"))
          .max(Path::compareTo)
          .orElseThrow(() -> new AssertionError("no " + artifactId + ending + " is staged"));
    }
  }

  private Path folder(String artifactId) {
    return release.resolve(GROUP).resolve(artifactId).resolve(version);
  }

  /** The names of all artifacts of the release. */
  public List<String> artifacts() throws IOException {
    try (Stream<Path> all = Files.list(release.resolve(GROUP))) {
      return all.map(path -> path.getFileName().toString()).sorted().toList();
    }
  }

  /** The pom of an artifact. */
  Pom pom(String artifactId) throws Exception {
    return Pom.read(file(artifactId, ".pom"));
  }

  /** The names of those that are jars. The archetype has a packaging of its own. */
  List<String> jars() throws Exception {
    List<String> jars = new ArrayList<>();
    for (String artifact : artifacts()) {
      if (pom(artifact).isJar()) {
        jars.add(artifact);
      }
    }
    return jars;
  }

  /** His copy of a project of the folder {@code outside}, without its folders {@code target}. */
  public Path copy(String project) throws IOException {
    Path from = PROJECTS.resolve(project);
    Path to = home.resolve(project);
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.filter(Files::isRegularFile).filter(Staging::isSource).toList()) {
        Path copy = to.resolve(from.relativize(file).toString());
        Files.createDirectories(copy.getParent());
        Files.copy(file, copy); // with its permissions: some are programs
      }
    }
    return to;
  }

  private static boolean isSource(Path file) {
    return !file.toString().contains("/target/");
  }

  /** Runs his Maven to its end, which must be a success. It knows the staging repository. */
  public void maven(Path where, String... arguments) throws IOException, InterruptedException {
    maven(Map.of(), where, arguments);
  }

  /** The same, with more variables in the environment. */
  void maven(Map<String, String> environment, Path where, String... arguments)
      throws IOException, InterruptedException {
    Stream<String> first =
        Stream.of("-s", settings().toString(), "-Dthousandisland.version=" + version);
    maven.run(
        environment, where, Stream.concat(first, Stream.of(arguments)).toArray(String[]::new));
  }
}
