// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.outside;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.thousandisland.acceptance.Client;
import io.thousandisland.acceptance.Framework;
import io.thousandisland.acceptance.Launch;
import io.thousandisland.acceptance.Lines;
import io.thousandisland.acceptance.ServerProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A handler that Gradle builds: tested, deployed into a running server, changed, and deployed again
 * while a client is connected. The variable {@code TEST_GRADLE} says where Gradle is: {@code
 * .ci/gradle} makes one.
 */
class GradleTest {

  private static final Path PROJECT = Path.of("..", "..", "outside", "gradle");
  private static final Path PAGE = Path.of("..", "..", "docs", "gradle.md");
  private static final int PATIENCE_SECONDS = 300; // the first build downloads

  @TempDir Path home;

  @Test
  void openConnectionGoesOnWithTheChangedHandler() throws Exception {
    String gradle = System.getenv().getOrDefault("TEST_GRADLE", "");
    assumeTrue(!gradle.isBlank(), "no Gradle: name its folder by TEST_GRADLE, see .ci/gradle");
    Staging staging = Staging.of(home);
    Path project = staging.copy("gradle");
    Path handler = project.resolve("src/main/java/org/example/tally/TallyHandler.java");
    change(project.resolve("src/main/deploy/io.thousandisland.server-tally.cfg"), "7779", "0");

    Launch launch = Launch.of(Framework.FELIX, home);
    try (var server = launch.start()) {
      server.port("echo"); // by then the framework has started
      deploy(Path.of(gradle), project, staging, launch.deploy());
      try (var client = new Client(server.port("tally"))) {
        assertThat(ask(client)).isEqualTo("1 x\n");
        change(handler, "+ \" \" +", "+ \". \" +");
        deploy(Path.of(gradle), project, staging, launch.deploy(), "-x", "test");
        askUntilTheChange(client);
      }
      server.saidNoStackTrace();
    }
  }

  @Test
  void pageShowsTheFilesThatAreTried() throws Exception {
    assertThat(PAGE)
        .content()
        .contains(
            "```groovy\n" + Files.readString(PROJECT.resolve("build.gradle")) + "```",
            "```groovy\n" + Files.readString(PROJECT.resolve("settings.gradle")) + "```",
            "```\n" + Files.readString(PROJECT.resolve("gradle.properties")) + "```");
  }

  private static void change(Path file, String old, String with) throws IOException {
    String text = Files.readString(file);
    assertThat(text).containsOnlyOnce(old);
    Files.writeString(file, text.replace(old, with));
  }

  private static void deploy(
      Path gradle, Path project, Staging staging, Path folder, String... more)
      throws IOException, InterruptedException {
    var command = new ArrayList<String>();
    command.add(gradle.resolve("bin/gradle").toString());
    command.add("deploy");
    command.add("-Pthousandisland.repository=" + staging.release().toUri());
    command.add("-Pthousandisland.version=" + staging.version());
    command.add("-Pdeploy=" + folder);
    command.addAll(List.of(more));
    Process process =
        new ProcessBuilder(command).directory(project.toFile()).redirectErrorStream(true).start();
    try {
      Lines said = Lines.of(process.getInputStream());
      boolean ended = process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS);
      assertThat(ended && process.exitValue() == 0)
          .as(() -> "Gradle said\n" + String.join("\n", said.all()))
          .isTrue();
    } finally {
      process.destroyForcibly();
    }
  }

  private static void askUntilTheChange(Client client) throws IOException {
    long deadline = System.nanoTime() + ServerProcess.PATIENCE.toNanos();
    int lines = 2;
    String reply = ask(client);
    while (reply.equals(lines + " x\n") && System.nanoTime() < deadline) {
      lines++;
      reply = ask(client);
    }
    assertThat(reply).isEqualTo(lines + ". x\n");
  }

  private static String ask(Client client) throws IOException {
    client.send("x\n");
    return client.line();
  }
}
