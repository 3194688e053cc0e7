// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.ConnectException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** docs/own-framework.md: its lists are enough, in processes of plain Felix and Equinox. */
class OwnFrameworkTest {

  private static final Duration END = Duration.ofSeconds(30);

  @TempDir Path home;

  @ParameterizedTest
  @EnumSource
  void tenBundlesServeWithoutAWord(Framework framework) throws Exception {
    int port = Ports.free();
    OwnFramework made = OwnFramework.in(home, framework, port);
    try (var server = made.start()) {
      awaitEcho(server, port);
      assertThat(server.out().all()).isEmpty();
      assertThat(server.err().all()).isEmpty();
    }
  }

  @Test
  void listOfEquinoxIsTheFirstList() throws Exception {
    OwnFramework made = OwnFramework.in(home, Framework.EQUINOX, 0);
    List<String> bundles = made.page().bundles().stream().map(Artifact::fileName).toList();
    assertThat(bundles).hasSize(10);
    assertThat(made.listed()).containsExactlyInAnyOrderElementsOf(bundles);
  }

  @ParameterizedTest
  @EnumSource
  void twelveMoreBundlesLog(Framework framework) throws Exception {
    int port = Ports.free();
    OwnFramework made = OwnFramework.in(home, framework, port);
    assertThat(made.page().log()).hasSize(12);
    try (var server = made.with(made.page().log()).start()) {
      server.awaitLog(" INFO +server: echo: listening on 127\\.0\\.0\\.1:" + port + "$");
      server.awaitLog(" INFO +server: echo: RUNNING$");
      awaitEcho(server, port);
      server.saidNoStackTrace();
    }
    assertThat(errorsOfEquinox()).isEmpty();
  }

  @Test
  void signalToFelixDrains() throws Exception {
    int port = Ports.free();
    OwnFramework made = OwnFramework.in(home, Framework.FELIX, port);
    try (var server = made.with(made.page().log()).start()) {
      signalDrains(server, port);
    }
  }

  @Test
  void signalToEquinoxDrainsWithTheActivatorOfThePage() throws Exception {
    int port = Ports.free();
    OwnFramework made = OwnFramework.in(home, Framework.EQUINOX, port);
    made.with(made.page().log());
    writeActivator(made.page().activator(), made.bundle("stop.jar"));
    made.list("stop.jar", false);
    try (var server = made.start()) {
      signalDrains(server, port);
    }
  }

  @ParameterizedTest
  @EnumSource
  void shellAndDeployFolderAndTheLogOfTheFrameworkNeedNothingElse(Framework framework)
      throws Exception {
    int port = Ports.free();
    OwnFramework made = OwnFramework.in(home, framework, port);
    made.without("org.apache.felix.fileinstall")
        .with(made.page().log())
        .with(made.page().more().stream().filter(each -> isFor(framework, each)).toList())
        .with("io.thousandisland.deploy.dir=etc")
        .with("io.thousandisland.shell.port=0")
        .with("gosh.args=--nointeractive --noshutdown");
    try (var server = made.start()) {
      awaitEcho(server, port);
      String shell = server.awaitLog("^shell listens on 127\\.0\\.0\\.1:([0-9]+)").group(1);
      try (var client = new Client(Integer.parseInt(shell))) {
        client.send("ti:servers\n");
        assertThat(client.line()).startsWith("NAME");
        assertThat(client.line()).startsWith("echo").contains("RUNNING", ":" + port);
        client.send("stop 0\n");
        assertThat(server.exit(END)).isZero();
      }
      server.saidNoStackTrace();
    }
  }

  /** Equinox has a log service of its own. */
  private static boolean isFor(Framework framework, Artifact bundle) {
    return framework == Framework.FELIX || !bundle.artifactId().equals("org.apache.felix.log");
  }

  private static void signalDrains(ServerProcess server, int port) throws Exception {
    server.awaitLog("echo: RUNNING$");
    awaitEcho(server, port);
    try (var client = new Client(port)) {
      assertThat(client.ask("still here")).isEqualTo("still here");
      server.signal("TERM");
      assertThat(client.seesEnd()).isTrue();
    }
    assertThat(server.exit(END)).isEqualTo(143);
    server.awaitLog("echo: DRAINING$");
    server.saidNoStackTrace();
  }

  private static void awaitEcho(ServerProcess server, int port) {
    await()
        .atMost(ServerProcess.PATIENCE)
        .failFast("the process ended", () -> !server.alive())
        .ignoreException(ConnectException.class)
        .untilAsserted(
            () -> {
              try (var client = new Client(port)) {
                assertThat(client.ask("hello")).isEqualTo("hello");
              }
            });
  }

  /** The reports of Equinox about bundles that it could not resolve or start. */
  private List<Path> errorsOfEquinox() throws IOException {
    try (var files = Files.list(home.resolve("conf"))) {
      return files.filter(file -> file.toString().endsWith(".log")).toList();
    }
  }

  private void writeActivator(String source, Path jar) throws IOException {
    Path file = home.resolve("StopFirst.java");
    Files.writeString(file, source);
    int failed =
        ToolProvider.getSystemJavaCompiler()
            .run(
                null,
                null,
                null,
                "--release",
                "21",
                "-proc:none",
                "-d",
                home.toString(),
                "-classpath",
                System.getProperty("java.class.path"),
                file.toString());
    assertThat(failed).isZero();
    String code = "org/example/stop/StopFirst.class";
    var manifest = new Manifest();
    Attributes headers = manifest.getMainAttributes();
    headers.put(Attributes.Name.MANIFEST_VERSION, "1.0");
    headers.putValue("Bundle-ManifestVersion", "2");
    headers.putValue("Bundle-SymbolicName", "org.example.stop");
    headers.putValue("Bundle-Activator", "org.example.stop.StopFirst");
    headers.putValue("Import-Package", "org.osgi.framework,org.osgi.framework.launch");
    try (var out = new JarOutputStream(Files.newOutputStream(jar), manifest)) {
      out.putNextEntry(new JarEntry(code));
      Files.copy(home.resolve(code), out);
    }
  }
}
