// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import io.thousandisland.launcher.Deploy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Generate a handler, build, deploy, edit, build, deploy: with real Maven, as its author does. */
class AuthorsLoopTest {

  private static final String VERSION = System.getProperty("project.version", "");
  private static final String CFG = "io.thousandisland.server-tally.cfg";

  @TempDir static Path shared;
  @TempDir Path home;

  private static Path project() {
    return shared.resolve("tally");
  }

  /** The bundle of the named build. */
  private static Path built(String which) {
    return shared.resolve(which);
  }

  /** The generated unit tests run with the first build. */
  @BeforeAll
  static void generateBuildEditBuild() throws Exception {
    var maven = Maven.of(shared);
    maven.install("api", "io.thousandisland.api", VERSION);
    maven.install("runtime", "io.thousandisland.runtime", VERSION);
    maven.install("transport-tcp", "io.thousandisland.transport.tcp", VERSION);
    maven.install("embedded", "io.thousandisland.embedded", VERSION);
    maven.install("authors/testing", "io.thousandisland.testing", VERSION);
    maven.install("distribution/launcher", "io.thousandisland.launcher", VERSION);
    maven.install("authors/handler-archetype", "io.thousandisland.handler.archetype", VERSION);
    generate(maven, "-DartifactId=tally", "-Dpackage=org.example.tally", "-Dport=0");
    generate(maven, "-DartifactId=9p-line.counter", "-Dpackage=org.example.lines");
    maven.run(project(), "-Pdeploy", "package", "-Ddeploy=" + built("first"));
    replace("src/main/java/org/example/tally/TallyHandler.java", "+ \" \" +", "+ \". \" +");
    maven.run(project(), "-Pdeploy", "package", "-DskipTests", "-Ddeploy=" + built("second"));
  }

  private static void generate(Maven maven, String... chosen) throws Exception {
    Stream<String> always =
        Stream.of(
            "org.apache.maven.plugins:maven-archetype-plugin:3.4.1:generate",
            "-DarchetypeGroupId=io.thousandisland",
            "-DarchetypeArtifactId=io.thousandisland.handler.archetype",
            "-DarchetypeVersion=" + VERSION,
            "-DinteractiveMode=false",
            "-DgroupId=org.example");
    maven.run(shared, Stream.concat(always, Stream.of(chosen)).toArray(String[]::new));
  }

  private static void replace(String file, String old, String with) throws Exception {
    Path path = project().resolve(file);
    String text = Files.readString(path);
    assertThat(text).contains(old);
    Files.writeString(path, text.replace(old, with));
  }

  @Test
  void generatedProjectTestsItsHandler() {
    Path report =
        project().resolve("target/surefire-reports/TEST-org.example.tally.TallyHandlerTest.xml");
    assertThat(report).content().contains("tests=\"3\"", "errors=\"0\"", "failures=\"0\"");
  }

  @Test
  void classAndHandlerAreNamedAfterTheArtifact() {
    Path lines = shared.resolve("9p-line.counter");
    assertThat(lines.resolve("src/main/java/org/example/lines/Protocol9pLineCounterHandler.java"))
        .content()
        .contains(
            "@HandlerName(\"9p-line.counter\")", "class Protocol9pLineCounterHandler implements");
    assertThat(lines.resolve("src/main/deploy/io.thousandisland.server-9p-line.counter.cfg"))
        .content()
        .contains("port = 7779\n", "(handler.name=9p-line.counter)");
    assertThat(project().resolve("src/main/deploy/" + CFG)).content().contains("port = 0\n");
  }

  @ParameterizedTest
  @EnumSource
  void editedHandlerAnswersOnTheOpenConnectionSoonAfterItsDeployment(Framework framework)
      throws Exception {
    Launch launch = Launch.of(framework, home);
    try (var server = launch.start()) {
      server.port("echo"); // by then the framework has started
      deploy(launch, "first");
      try (var client = new Client(server.port("tally"))) {
        assertThat(ask(client)).isEqualTo("1 x\n");

        long moved = System.nanoTime();
        deploy(launch, "second");
        int lines = 2;
        while (ask(client).equals(lines + " x\n")) {
          lines++;
        }
        var took = Duration.ofNanos(System.nanoTime() - moved);

        server.awaitLog(" INFO +TallyHandler: .*127\\.0\\.0\\.1:[0-9]+ goes on after line [0-9]+$");
        System.out.printf(
            "%s: new behaviour on the open connection %d ms after the jar's move%n",
            framework, took.toMillis());
        assertThat(ask(client)).isEqualTo((lines + 1) + ". x\n");
        assertThat(took).isLessThan(Duration.ofSeconds(20)); // one second on a quiet machine
      }
      server.saidNoStackTrace();
    }
  }

  private static void deploy(Launch launch, String which) throws Exception {
    Deploy.main(
        new String[] {
          launch.deploy().toString(),
          built(which).resolve(CFG).toString(),
          built(which).resolve("tally.jar").toString()
        });
  }

  private static String ask(Client client) throws Exception {
    client.send("x\n");
    return client.line();
  }
}
