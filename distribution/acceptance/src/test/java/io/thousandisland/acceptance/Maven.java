// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * The Maven that runs this build, with a local repository of its own. The repository has this
 * build's jars, and links to everything in the user's repository.
 */
public record Maven(Path home, Path repository) {

  private static final Duration PATIENCE = Duration.ofMinutes(3);
  private static final String OURS = "thousandisland";

  /** A Maven whose files are below {@code folder}. */
  public static Maven of(Path folder) throws IOException {
    Path users = Path.of(System.getProperty("maven.repository"));
    Path repository = Files.createDirectories(folder.resolve("repository"));
    link(users, repository, "io");
    link(users.resolve("io"), Files.createDirectories(repository.resolve("io")), OURS);
    return new Maven(Path.of(System.getProperty("maven.home")), repository);
  }

  private static void link(Path from, Path to, String butNot) throws IOException {
    try (Stream<Path> all = Files.list(from)) {
      for (Path each : all.filter(file -> !file.endsWith(butNot)).toList()) {
        Files.createSymbolicLink(to.resolve(each.getFileName()), each);
      }
    }
  }

  /** Does the same as `install` with a module of this build. */
  public void install(String folder, String artifactId, String version) throws IOException {
    Path module = Path.of("..", "..").resolve(folder);
    Path there =
        Files.createDirectories(repository.resolve(Path.of("io", OURS, artifactId, version)));
    String name = artifactId + "-" + version;
    Files.copy(module.resolve(".flattened-pom.xml"), there.resolve(name + ".pom"));
    Path jar = module.resolve("target").resolve(name + ".jar");
    if (Files.exists(jar)) {
      Files.copy(jar, there.resolve(name + ".jar"));
    }
  }

  /** Runs to its end, which must be a success, on the Java that its user's environment names. */
  public void run(Path where, String... arguments) throws IOException, InterruptedException {
    run(Map.of(), where, arguments);
  }

  /** Runs to its end, which must be a success, with more variables in its environment. */
  public void run(Map<String, String> environment, Path where, String... arguments)
      throws IOException, InterruptedException {
    var command = new ArrayList<String>();
    command.add(home.resolve("bin").resolve("mvn").toString());
    command.addAll(List.of("-B", "-ntp", "-Dmaven.repo.local=" + repository));
    command.addAll(List.of(arguments));
    var builder = new ProcessBuilder(command).directory(where.toFile()).redirectErrorStream(true);
    builder.environment().putAll(environment);
    builder
        .environment()
        .put("MAVEN_OPTS", "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"); // the runs are short
    Process process = builder.start();
    try {
      Lines said = Lines.of(process.getInputStream());
      boolean ended = process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS);
      assertThat(ended && process.exitValue() == 0)
          .as(() -> command + " said\n" + String.join("\n", said.all()))
          .isTrue();
    } finally {
      process.destroyForcibly();
    }
  }
}
