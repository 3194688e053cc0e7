// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.outside;

import static org.assertj.core.api.Assertions.assertThat;

import io.thousandisland.acceptance.Client;
import io.thousandisland.acceptance.ServerProcess;
import io.thousandisland.outside.Bnd.Ended;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code outside/bnd-workspace} knows nothing but the index of the repository. */
class BndWorkspaceTest {

  @TempDir private static Path home;

  private static Path server;
  private static Bnd bnd;

  @BeforeAll
  static void build() throws Exception {
    Staging staging = Staging.of(home);
    Path workspace = staging.copy("bnd-workspace");
    server = workspace.resolve("server");
    Path index = staging.release().resolveSibling("osgi-repository").resolve("index.xml");
    assertThat(index).exists();
    bnd = new Bnd(home.resolve("user"), Map.of("THOUSANDISLAND_INDEX", index.toUri().toString()));
    bnd.succeed(workspace, "build");
  }

  @ParameterizedTest
  @CsvSource({"server.bndrun, org.apache.felix.framework", "equinox.bndrun, org.eclipse.osgi"})
  void resolvesRunsEchoesAndStops(String run, String framework) throws Exception {
    bnd.succeed(server, "resolve", "resolve", "-W", run);
    assertThat(server.resolve(run))
        .content()
        .contains("io.thousandisland.runtime;", "io.thousandisland.transport.tcp;");

    try (var running = bnd.start(server, "run", run)) {
      int port = port(running);
      var handle = ProcessHandle.of(running.pid()).orElseThrow();
      ProcessHandle launched = handle.children().findFirst().orElseThrow();
      assertThat(launched.info().commandLine())
          .hasValueSatisfying(line -> assertThat(line).contains(framework));
      try (var client = new Client(port)) {
        assertThat(client.ask("from a workspace of bnd")).isEqualTo("from a workspace of bnd");

        running.signal("TERM");
        running.exit(Duration.ofSeconds(30));
        assertThat(client.seesEnd()).isTrue();
      }
      assertThat(launched.onExit()).succeedsWithin(Duration.ofSeconds(30));
    }
  }

  private static int port(ServerProcess running) throws InterruptedException {
    return Integer.parseInt(
        running.awaitLog("echo: listening on 127\\.0\\.0\\.1:([0-9]+)").group(1));
  }

  @Test
  void resolveWithoutATransportNamesTheTransportAsTheEndOfTheChain() throws Exception {
    String before = Files.readString(server.resolve("no-transport.bndrun"));

    Ended ended = bnd.run(server, "resolve", "resolve", "-W", "no-transport.bndrun");

    assertThat(ended.code()).isNotZero();
    assertThat(ended.said())
        .containsPattern(
            "(?s)Summary:\\s+⇒ io\\.thousandisland\\.handler: [^\\n]+ cannot be resolved"
                + "\\s+⇒ io\\.thousandisland\\.runtime: [^\\n]+ cannot be resolved"
                + "\\s+⇒ io\\.thousandisland\\.transport: [^\\n]+ cannot be resolved\\s+Note:");
    assertThat(server.resolve("no-transport.bndrun")).hasContent(before);
  }
}
