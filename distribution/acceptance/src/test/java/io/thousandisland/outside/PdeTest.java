// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.outside;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.thousandisland.acceptance.Client;
import io.thousandisland.acceptance.Ports;
import io.thousandisland.acceptance.ServerProcess;
import java.io.IOException;
import java.net.ConnectException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Element;

/**
 * docs/pde.md: Tycho builds a handler against the target platform, and its bundles, together with
 * the handler, are a server in Equinox.
 */
class PdeTest {

  private static final String JAVA_HOME = System.getProperty("java.home");

  @TempDir Path home;

  /** A jar of the target platform. */
  private record Jar(String groupId, String artifactId, String version) {

    Path in(Path repository) {
      Path folder = repository.resolve(groupId.replace('.', '/')).resolve(artifactId);
      return folder.resolve(version).resolve(artifactId + "-" + version + ".jar");
    }
  }

  @Test
  void handlerIsBuiltAgainstTheTargetPlatformAndServesInEquinox() throws Exception {
    Staging staging = Staging.of(home);
    Path project = staging.copy("pde");
    Path target = project.resolve("target-platform/target-platform.target");
    Files.writeString(
        target, Files.readString(target).replace(">0.1.0<", ">" + staging.version() + "<"));
    staging.maven(Map.of("JAVA_HOME", JAVA_HOME), project, "-q", "package");

    int port = Ports.free();
    Path equinox = equinox(staging, jars(target), project, port);
    try (var server = new ServerProcess(start(equinox).start());
        var client = connect(server, port)) {
      assertThat(client.ask("hello")).isEqualTo("HELLO");
    }
  }

  @Test
  void pageShowsTheFileOfTheProject() throws Exception {
    String file =
        Files.readString(Path.of("../../outside/pde/target-platform/target-platform.target"));
    assertThat(Files.readString(Path.of("../../docs/pde.md"))).contains(file);
  }

  private static List<Jar> jars(Path target) throws Exception {
    var found =
        DocumentBuilderFactory.newInstance()
            .newDocumentBuilder()
            .parse(target.toFile())
            .getElementsByTagName("dependency");
    var jars = new ArrayList<Jar>();
    for (int i = 0; i < found.getLength(); i++) {
      Element each = (Element) found.item(i);
      jars.add(new Jar(text(each, "groupId"), text(each, "artifactId"), text(each, "version")));
    }
    return jars;
  }

  private static String text(Element element, String name) {
    return Objects.requireNonNull(element.getElementsByTagName(name).item(0)).getTextContent();
  }

  /** An Equinox with all bundles of the target platform, as docs/own-framework.md sets it up. */
  private Path equinox(Staging staging, List<Jar> jars, Path project, int port) throws IOException {
    Path folder = home.resolve("equinox");
    Files.createDirectories(folder.resolve("conf"));
    Files.createDirectories(folder.resolve("etc"));
    Files.writeString(
        folder.resolve("etc/io.thousandisland.server-shout.cfg"),
        "port = " + port + "\nhandler.target = (handler.name=shout)\n");
    var bundles = new ArrayList<Path>();
    for (Jar jar : jars) {
      if (!jar.artifactId().equals("org.eclipse.osgi")) {
        bundles.add(jar.in(staging.maven().repository()));
      }
    }
    bundles.add(project.resolve("handler/target/org.example.shout-1.0.0-SNAPSHOT.jar"));
    Files.writeString(
        folder.resolve("conf/config.ini"),
        """
        osgi.bundles=%s
        eclipse.ignoreApp=true
        osgi.noShutdown=true
        felix.fileinstall.dir=etc
        felix.fileinstall.enableConfigSave=false
        felix.fileinstall.noInitialDelay=true
        ds.lock.timeout.milliseconds=60000
        ds.stop.timeout.milliseconds=65000
        osgi.module.lock.timeout=60
        """
            .formatted(
                bundles.stream()
                    .map(bundle -> "reference:" + bundle.toUri() + "@start")
                    .collect(Collectors.joining(","))));
    Jar framework =
        jars.stream()
            .filter(jar -> jar.artifactId().equals("org.eclipse.osgi"))
            .findFirst()
            .orElseThrow();
    Files.copy(framework.in(staging.maven().repository()), folder.resolve("equinox.jar"));
    return folder;
  }

  private static ProcessBuilder start(Path equinox) {
    String java = Path.of(JAVA_HOME).resolve("bin/java").toString();
    return new ProcessBuilder(java, "-jar", "equinox.jar", "-configuration", "conf", "-consoleLog")
        .directory(equinox.toFile());
  }

  private static Client connect(ServerProcess server, int port) {
    return await()
        .atMost(ServerProcess.PATIENCE)
        .failFast(() -> assertThat(server.alive()).isTrue())
        .ignoreException(ConnectException.class)
        .until(() -> new Client(port), client -> true);
  }
}
