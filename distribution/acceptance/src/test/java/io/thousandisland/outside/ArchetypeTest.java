// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.outside;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.thousandisland.acceptance.Client;
import io.thousandisland.acceptance.Framework;
import io.thousandisland.acceptance.Launch;
import io.thousandisland.acceptance.ServerProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Handlers of all variants of the archetype: generated with the release, built, deployed into a
 * running server, changed, and deployed again while clients are connected.
 */
class ArchetypeTest {

  @TempDir Path home;
  private Staging staging;

  @BeforeEach
  void release() throws Exception {
    staging = Staging.of(home);
  }

  @Test
  void openConnectionsGoOnWithTheChangedHandlersOfAllVariants() throws Exception {
    for (Variant variant : Variant.values()) {
      generate("-DartifactId=" + variant.id(), "-Dvariant=" + variant.value(), "-Dport=0");
    }
    Launch launch = Launch.of(Framework.FELIX, home);
    Map<Variant, Client> clients = new EnumMap<>(Variant.class);
    try (var server = launch.start()) {
      server.port("echo"); // by then the framework has started
      buildAndDeploy(launch.deploy());
      for (Variant variant : Variant.values()) {
        testsHaveRun(variant);
        var client = new Client(server.port(variant.id()));
        clients.put(variant, client);
        variant.begin(client);
        assertThat(variant.ask(client)).isEqualTo(variant.reply(1, false));
        variant.change(home.resolve(variant.id()));
      }
      buildAndDeploy(launch.deploy(), "-DskipTests");
      for (var each : clients.entrySet()) {
        askUntilTheChange(each.getKey(), each.getValue());
      }
      server.saidNoStackTrace();
    } finally {
      for (Client client : clients.values()) {
        client.close();
      }
    }
  }

  @Test
  void wrongValuesAreRefusedByNameAndLeaveOldFilesAlone() throws Exception {
    Path mine = Files.writeString(Files.createDirectory(home.resolve("taken")).resolve("mine"), "");
    assertThatThrownBy(
            () ->
                generate(
                    "-DartifactId=taken",
                    "-Dvariant=lines",
                    "-DclassName=Socket",
                    "-DhandlerName=a b",
                    "-Dport=65536",
                    "-Dpackage=org.new"))
        .hasMessageContaining("variant is lines; allowed: line, binary, conversation")
        .hasMessageContaining("className is Socket; allowed: a Java class name")
        .hasMessageContaining("handlerName is a b; allowed: letters")
        .hasMessageContaining("port is 65536; allowed: 0 to 65535")
        .hasMessageContaining("package is org.new; allowed: a Java package");
    try (Stream<Path> left = Files.list(mine.getParent())) {
      assertThat(left).containsExactly(mine);
    }
  }

  /** Maven itself fails at such names when it makes names of files of them. */
  @Test
  void namesWithADollarAreRefusedByNameToo() {
    assertThatThrownBy(
            () -> generate("-DartifactId=dollar", "-DclassName=A$B", "-DhandlerName=a$b"))
        .hasMessageContaining("className is A$B; allowed: a Java class name")
        .hasMessageContaining("handlerName is a$b; allowed: letters");
    assertThat(home.resolve("dollar")).doesNotExist();
  }

  /** The artifactId and the groupId are enough. */
  private void generate(String... chosen) throws Exception {
    Stream<String> always =
        Stream.of(
            "org.apache.maven.plugins:maven-archetype-plugin:3.4.1:generate",
            "-DarchetypeCatalog=internal", // or else Maven asks Central for all archetypes
            "-DarchetypeGroupId=io.thousandisland",
            "-DarchetypeArtifactId=io.thousandisland.handler.archetype",
            "-DarchetypeVersion=" + staging.version(),
            "-DgroupId=org.example");
    staging.maven(home, Stream.concat(always, Arrays.stream(chosen)).toArray(String[]::new));
  }

  /** Has each project deploy itself, but starts only one Maven for all of them. */
  private void buildAndDeploy(Path folder, String... more) throws Exception {
    String modules =
        Arrays.stream(Variant.values())
            .map(variant -> "<module>" + variant.id() + "</module>")
            .collect(Collectors.joining());
    Path all = home.resolve("pom.xml");
    Files.writeString(
        all,
        """
        <project><modelVersion>4.0.0</modelVersion>
          <groupId>org.example</groupId><artifactId>all</artifactId><version>1</version><packaging>pom</packaging>
          <modules>%s</modules>
        </project>
        """
            .formatted(modules));
    Stream<String> always = Stream.of("-T2", "-Pdeploy", "package", "-Ddeploy=" + folder);
    staging.maven(home, Stream.concat(always, Arrays.stream(more)).toArray(String[]::new));
  }

  private void testsHaveRun(Variant variant) {
    assertThat(
            home.resolve(variant.id())
                .resolve("target/surefire-reports")
                .resolve("TEST-org.example." + variant.className() + "Test.xml"))
        .content()
        .contains("errors=\"0\"", "skipped=\"0\"", "failures=\"0\"");
  }

  /** Asks until the new code replies. No number is left out, and none comes twice. */
  private static void askUntilTheChange(Variant variant, Client client) throws IOException {
    long deadline = System.nanoTime() + ServerProcess.PATIENCE.toNanos();
    int number = 2;
    String reply = variant.ask(client);
    while (reply.equals(variant.reply(number, false)) && System.nanoTime() < deadline) {
      number++;
      reply = variant.ask(client);
    }
    assertThat(reply).isEqualTo(variant.reply(number, true));
    assertThat(variant.ask(client)).isEqualTo(variant.reply(number + 1, true));
  }
}
