// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.outside;

import static org.assertj.core.api.Assertions.assertThat;

import aQute.bnd.build.Workspace;
import aQute.bnd.wstemplates.FragmentTemplateEngine;
import io.thousandisland.acceptance.Client;
import io.thousandisland.acceptance.Framework;
import io.thousandisland.acceptance.Launch;
import io.thousandisland.outside.Bnd.Ended;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The template of a workspace for bnd: from the zip that is staged to a handler in a server. */
class BndTemplateTest {

  private static final String ARTIFACT = "io.thousandisland.bnd";
  private static final Path HANDLER =
      Path.of("org.example.tally/src/org/example/tally/TallyHandler.java");
  private static final Path BUNDLE = Path.of("org.example.tally/generated/org.example.tally.jar");
  private static final Path CONFIGURATION =
      Path.of("org.example.tally/OSGI-INF/configurator/tally.json");

  /** The workspace as it is unzipped, and in another folder built, as its README says. */
  @TempDir private static Path shared;

  private static Staging staging;
  private static Path fresh;
  private static Path built;

  @TempDir Path home;

  @BeforeAll
  static void unzipAndBuild() throws Exception {
    staging = Staging.of(shared);
    unzip(staging.file(ARTIFACT, "-workspace.zip"), shared);
    fresh = shared.resolve("thousandisland-workspace");
    built = shared.resolve("built");
    copy(fresh, built);
    unzip(staging.file(ARTIFACT, "-repository.zip"), built.resolve("cnf/thousandisland"));
    replace(built.resolve(CONFIGURATION), "7778", "0");
    build(built);
  }

  private static Bnd bnd() {
    return new Bnd(shared.resolve("user"), Map.of());
  }

  private static void build(Path workspace) throws Exception {
    bnd().succeed(workspace, "compile");
    bnd().succeed(workspace, "build");
  }

  /** A workspace of the test's own. */
  private Path workspace() throws IOException {
    return copy(built, home.resolve("workspace"));
  }

  /** Without the lists by which bnd deletes the jars of the last build: they have whole paths. */
  private static Path copy(Path from, Path to) throws IOException {
    try (var all = Files.walk(from)) {
      for (Path file :
          all.filter(Files::isRegularFile).filter(each -> !each.endsWith("buildfiles")).toList()) {
        Path target = to.resolve(from.relativize(file).toString());
        Files.createDirectories(target.getParent());
        Files.copy(file, target, StandardCopyOption.COPY_ATTRIBUTES);
      }
    }
    return to;
  }

  private static void unzip(Path zip, Path to) throws IOException {
    try (var file = new ZipFile(zip.toFile())) {
      for (ZipEntry entry : file.stream().filter(each -> !each.isDirectory()).toList()) {
        Path target = to.resolve(entry.getName());
        Files.createDirectories(target.getParent());
        try (InputStream content = file.getInputStream(entry)) {
          Files.copy(content, target);
        }
      }
    }
  }

  private static void replace(Path file, String old, String with) throws IOException {
    String text = Files.readString(file);
    assertThat(text).contains(old);
    Files.writeString(file, text.replace(old, with));
  }

  /** No reader of the folder sees half a bundle. */
  private static void deploy(Path bundle, Launch launch) throws IOException {
    Files.createDirectories(launch.deploy());
    Path whole = Files.copy(bundle, launch.home().resolve("whole.jar"));
    Files.move(
        whole, launch.deploy().resolve(bundle.getFileName()), StandardCopyOption.ATOMIC_MOVE);
  }

  @Test
  void handlerIsDeployedIntoARunningServerAndItsNextVersionTakesTheConnectionOver()
      throws Exception {
    Path workspace = workspace();
    Launch launch = Launch.of(Framework.FELIX, Files.createDirectories(home.resolve("server")));
    try (var server = launch.start()) {
      server.port("echo"); // runs already
      deploy(workspace.resolve(BUNDLE), launch);
      try (var client = new Client(server.port("tally"))) {
        client.send("a\n");
        assertThat(client.line()).isEqualTo("1 a\n");

        replace(workspace.resolve(HANDLER), "lines + \" \" + line", "lines + \". \" + line");
        build(workspace);
        deploy(workspace.resolve(BUNDLE), launch);

        server.awaitLog("tally: generation 2");
        client.send("b\n");
        assertThat(client.line()).isEqualTo("2. b\n");
      }
      server.saidNoStackTrace();
    }
  }

  @Test
  void testsOfTheHandlerRunInAFrameworkAndSeeABug() throws Exception {
    Path workspace = workspace();
    Path tests = workspace.resolve("org.example.tally.test");
    Path report = tests.resolve("generated/test-reports/TEST-org.example.tally.test-0.0.0.xml");

    bnd().succeed(tests, "test");
    assertThat(report).content().contains("tests=\"2\"", "errors=\"0\"", "failures=\"0\"");

    replace(workspace.resolve(HANDLER), "return tally.lines();", "return 0;");
    build(workspace);
    Ended ended = bnd().run(tests, "test");
    assertThat(ended.code()).isNotZero();
    assertThat(ended.said()).contains("expected: <2 half a line> but was: <1 half a line>");
  }

  @Test
  void runStartsTheHandlerWithAllThatItNeeds() throws Exception {
    try (var server = bnd().start(built.resolve("org.example.tally"), "run", "server.bndrun")) {
      String port = server.awaitLog("tally: listening on 127\\.0\\.0\\.1:([0-9]+)").group(1);
      try (var client = new Client(Integer.parseInt(port))) {
        client.send("a\n");
        assertThat(client.line()).isEqualTo("1 a\n");
      }
      server.signal("TERM");
      server.exit(Duration.ofSeconds(30));
    }
  }

  @Test
  void workspaceWithoutTheRepositorySaysWhereItHasToBe() throws Exception {
    Ended ended = bnd().run(fresh, "build");

    assertThat(ended.code()).isNotZero();
    assertThat(ended.said())
        .contains(
            "There is no " + fresh.toRealPath().resolve("cnf/thousandisland/index.xml"),
            "Unzip the repository of Thousand Island there, or name a copy in cnf/build.bnd");
  }

  /** The engine of the wizard for new workspaces in Bndtools, and of {@code bnd add fragment}. */
  @Test
  void templatesOfBndHaveTheSameWorkspace() throws Exception {
    Path zip = staging.file(ARTIFACT, "-workspace.zip");
    Path made = Files.createDirectories(home.resolve("made"));
    try (Workspace any = Workspace.createDefaultWorkspace()) {
      var engine = new FragmentTemplateEngine(any);
      var templates =
          engine.read("-workspace-templates: " + zip.toUri() + ";name='Thousand Island'").unwrap();
      assertThat(templates)
          .extracting(FragmentTemplateEngine.TemplateInfo::name)
          .containsExactly("Thousand Island");
      try (var updater = engine.updater(made.toFile(), templates)) {
        updater.commit();
      }
    }
    assertThat(files(made)).containsExactlyElementsOf(files(fresh));
  }

  private static List<String> files(Path folder) throws IOException {
    try (var all = Files.walk(folder)) {
      return all.filter(Files::isRegularFile)
          .map(file -> folder.relativize(file) + " " + content(file))
          .sorted()
          .toList();
    }
  }

  private static String content(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
