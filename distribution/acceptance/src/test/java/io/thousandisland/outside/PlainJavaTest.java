// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.outside;

import static org.assertj.core.api.Assertions.assertThat;

import io.thousandisland.acceptance.Client;
import io.thousandisland.acceptance.Lines;
import io.thousandisland.acceptance.TestedJava;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A program without OSGi, as a user writes it: on the class path and on the module path. Its own
 * tests serve TCP, TLS and a Unix socket, and replace a handler under a live connection.
 */
@Timeout(300)
class PlainJavaTest {

  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /** All that a server without TLS needs. */
  private static final List<String> NEEDED = List.of("api", "runtime", "transport.tcp", "embedded");

  @TempDir private static Path home;

  private static Staging staging;
  private static Path onClassPath;
  private static Path onModulePath;

  @BeforeAll
  static void buildBoth() throws Exception {
    staging = Staging.of(home);
    onClassPath = built("plain-java");
    onModulePath = built("plain-modules");
  }

  private static Path built(String project) throws IOException, InterruptedException {
    Path there = staging.copy(project);
    staging.maven(there, "package");
    return there;
  }

  @Test
  void itsOwnTestsHaveRun() throws IOException {
    assertThat(reports(onClassPath)).contains("Tests run: 4, Failures: 0, Errors: 0, Skipped: 0");
    assertThat(reports(onModulePath)).contains("Tests run: 5, Failures: 0, Errors: 0, Skipped: 0");
  }

  private static String reports(Path project) throws IOException {
    try (Stream<Path> all = Files.list(project.resolve("target/surefire-reports"))) {
      var text = new StringBuilder();
      for (Path each : all.filter(file -> file.toString().endsWith(".txt")).toList()) {
        text.append(Files.readString(each));
      }
      return text.toString();
    }
  }

  /** Neither an OSGi jar nor BouncyCastle is there. */
  private static String jars(Path classes) throws IOException {
    var jars = new ArrayList<Path>(List.of(classes));
    for (String each : NEEDED) {
      jars.add(staging.file("io.thousandisland." + each, ".jar"));
    }
    return jars.stream().map(Path::toString).collect(Collectors.joining(File.pathSeparator));
  }

  @ParameterizedTest
  @EnumSource
  void fourJarsOnTheClassPathServeAndStopWithTheJvm(TestedJava java) throws Exception {
    serves(java, "-cp", jars(onClassPath.resolve("target/classes")), "org.example.plain.Main");
  }

  @ParameterizedTest
  @EnumSource
  void modulesServeAndStopWithTheJvm(TestedJava java) throws Exception {
    // this module requires TLS, so the jars of TLS are there
    String jars =
        jars(onModulePath.resolve("target/classes"))
            + File.pathSeparator
            + staging.file("io.thousandisland.transport.tls", ".jar")
            + File.pathSeparator
            + bouncyCastle();
    serves(java, "-p", jars, "-m", "org.example.modules/org.example.modules.Main");
  }

  private static String bouncyCastle() {
    return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
        .filter(jar -> Path.of(jar).getFileName().toString().startsWith("bc"))
        .collect(Collectors.joining(File.pathSeparator));
  }

  private void serves(TestedJava java, String... arguments) throws Exception {
    Path configuration = Files.writeString(home.resolve("server.properties"), "port = 0\n");
    var command = new ArrayList<>(List.of(java.program().toString()));
    command.addAll(List.of(arguments));
    command.add(configuration.toString());
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    try {
      Lines said = Lines.of(process.getInputStream());
      int port = Integer.parseInt(said.await("listening on .*:(\\d+)]", PATIENCE).group(1));
      try (var client = new Client(port)) {
        client.send("hello\n");
        assertThat(client.line()).isEqualTo("1 HELLO\n");
        process.destroy(); // SIGTERM
        assertThat(client.line()).as("the connection ends in order").isEmpty();
      }
      assertThat(process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
      assertThat(process.exitValue()).isEqualTo(128 + 15);
      assertThat(said.all()).as("nothing else is said").hasSize(1);
    } finally {
      process.destroyForcibly();
    }
  }
}
