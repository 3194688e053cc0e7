// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.acceptance;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import org.osgi.framework.Constants;

/**
 * A jar, by the coordinates that it has in a Maven repository. A page names our jars by the version
 * of the release; the jars of this build stand for them.
 */
record Artifact(String groupId, String artifactId, String version) {

  private static final String OURS = "io.thousandisland";

  private static final Path ROOT = Path.of("..", "..").toAbsolutePath().normalize();

  /** Modules are at most two folders deep, and their jars are in {@code target}. */
  private static final int DEPTH = 4;

  /** The name of the jar, without a folder. */
  String fileName() {
    return artifactId + "-" + version + ".jar";
  }

  /** The jar: of this build, or from the local repository of the Maven that runs it. */
  Path file() throws IOException {
    Path file = groupId.equals(OURS) ? built() : inRepository();
    if (!Files.exists(file)) {
      throw new AssertionError(
          file + " is not there: docs/own-framework.md and the pom name different versions");
    }
    return file;
  }

  boolean isFragment() throws IOException {
    try (var jar = new JarFile(file().toFile())) {
      return jar.getManifest().getMainAttributes().getValue(Constants.FRAGMENT_HOST) != null;
    }
  }

  /** The name of the jar that this build or the local repository has for it. */
  String builtName() {
    return groupId.equals(OURS)
        ? artifactId + "-" + System.getProperty("project.version", "") + ".jar"
        : fileName();
  }

  private Path built() throws IOException {
    Path inTarget = Path.of("target", builtName());
    try (Stream<Path> found = Files.find(ROOT, DEPTH, (file, facts) -> file.endsWith(inTarget))) {
      List<Path> all = found.toList();
      return all.size() == 1 ? all.getFirst() : ROOT.resolve(inTarget);
    }
  }

  private Path inRepository() {
    return Path.of(System.getProperty("maven.repository", ""))
        .resolve(groupId.replace('.', '/'))
        .resolve(artifactId)
        .resolve(version)
        .resolve(fileName());
  }
}
