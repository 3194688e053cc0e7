// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import io.thousandisland.acceptance.bundles.CountedHandler;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Names and contents of configuration files, as people write them. */
class DeployFormsTest {

  @TempDir Path home;

  /**
   * The file of that name in any locale of the tests: Java cannot spell each name in each locale.
   */
  private static Path file(Path folder, String name) throws Exception {
    String escaped = new URI(null, null, "/" + name, null).toASCIIString().substring(1);
    return Path.of(URI.create(folder.toUri() + escaped));
  }

  private static void write(Path folder, String name, String content) throws Exception {
    Files.write(file(folder, name), content.getBytes(StandardCharsets.UTF_8));
  }

  @ParameterizedTest
  @EnumSource
  void everyFormAndNameMakesAServer(Framework framework) throws Exception {
    Path folder = Files.createDirectories(home.resolve("a b, {c} ${d} [e] %20 +"));
    String plain = "port = 0\nhandler.target = (handler.name=echo)\n";
    write(folder, "io.thousandisland.server-hyphen.cfg", plain);
    write(folder, "io.thousandisland.server-two-hyphens.cfg", plain);
    write(folder, "io.thousandisland.server~tilde.cfg", plain);
    write(folder, "io.thousandisland.server-marked.cfg", "\uFEFF" + plain);
    write(folder, "io.thousandisland.server-windows.cfg", plain.replace("\n", "\r\n"));
    write(folder, "io.thousandisland.server-unended.cfg", plain.strip());
    write(folder, "io.thousandisland.server - blank.cfg", plain);
    write(folder, "io.thousandisland.server-a, {b}.cfg", plain);
    write(folder, "io.thousandisland.server-umlauts ä.cfg", plain);
    write(folder, "io.thousandisland.server-named.cfg", plain + "name = größe, {1}\n");
    write(
        folder,
        "io.thousandisland.server-json.json",
        "{ \"port:Integer\": 0, \"handler.target\": \"(handler.name=echo)\" }");
    write(
        folder,
        "io.thousandisland.server~typed.config",
        "port=I\"0\"\nhandler.target=\"(handler.name\\=echo)\"\n");
    Launch launch =
        Launch.of(framework, home).with("-Ddeploy=" + folder, "-Dstdout.encoding=UTF-8");
    try (var server = launch.start()) {
      for (String name :
          new String[] {
            "hyphen",
            "two-hyphens",
            "tilde",
            "marked",
            "windows",
            "unended",
            "blank",
            "a, \\{b\\}",
            "umlauts ä",
            "größe, \\{1\\}",
            "json",
            "typed"
          }) {
        try (var client = new Client(server.port(name))) {
          assertThat(client.ask("hello")).as(name).isEqualTo("hello");
        }
      }
      assertThat(server.out().all()).noneMatch(line -> line.contains(" WARN "));
      server.saidNoStackTrace();
    }
  }

  @ParameterizedTest
  @EnumSource
  void componentWithAHyphenInItsNameGetsItsConfiguration(Framework framework) throws Exception {
    Launch launch = Launch.of(framework, home);
    Path folder = Files.createDirectories(launch.deploy());
    write(folder, "my-counted.cfg", "version = v77\n");
    write(
        folder,
        "io.thousandisland.server-counted.cfg",
        "port = 0\nhandler.target = (handler.name=my-counted)\n");
    TestBundle.handler(CountedHandler.class, "my-counted", 1, false)
        .write(folder.resolve("counted.jar"));
    try (var server = launch.start()) {
      server.awaitLog("INFO  deploy: my-counted.cfg: the configuration my-counted is created$");
      server.awaitLog("activated v77");
      try (var client = new Client(server.port("counted"))) {
        client.send("which\n");
        assertThat(client.line()).isEqualTo("v77\n");
      }
      server.saidNoStackTrace();
    }
  }

  @ParameterizedTest
  @EnumSource
  void rankingOfAPlainFileCounts(Framework framework) throws Exception {
    Launch launch = Launch.of(framework, home);
    Path folder = Files.createDirectories(launch.deploy());
    ranked("first", 1).write(folder.resolve("first.jar"));
    ranked("second", 2).write(folder.resolve("second.jar"));
    write(folder, "second.cfg", "service.ranking = 10\n");
    try (var server = launch.start()) {
      server.awaitLog("deploy: first.jar: .* and started$");
      server.awaitLog("deploy: second.jar: .* and started$");
      server.awaitLog("deploy: second.cfg: .* is created$");
      write(
          folder,
          "io.thousandisland.server-ranked.cfg",
          "port = 0\nhandler.target = (handler.name=ranked)\n");
      try (var client = new Client(server.port("ranked"))) {
        client.send("which\n");
        assertThat(client.line()).isEqualTo("v2\n");
      }
      server.saidNoStackTrace();
    }
  }

  private static TestBundle ranked(String component, int version) {
    TestBundle bundle =
        TestBundle.handler(CountedHandler.class, component, version, false)
            .with("Bundle-SymbolicName", component);
    String named =
        bundle
            .component()
            .replace(
                "name=\"handler.name\" value=\"" + component,
                "name=\"handler.name\" value=\"ranked");
    return new TestBundle(bundle.code(), bundle.headers(), named);
  }
}
