// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.thousandisland.acceptance.bundles.CountedHandler;
import java.net.ConnectException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class DeployFolderTest {

  @TempDir Path home;

  @ParameterizedTest
  @EnumSource
  void handlerOfTheReadmeIsDeployedReplacedUnderAClientAndRemovedByItsFiles(Framework framework)
      throws Exception {
    Readme readme = Readme.read();
    var bundles = new ReadmeBundle(readme, home);
    Path first = bundles.build();
    Path second = bundles.build(whispering(readme.handler()), "1.0.1");

    Launch launch = Launch.of(framework, home);
    try (var server = launch.start()) {
      int echo = server.port("echo");
      Path jar = launch.deploy().resolve(readme.pom().artifactId() + ".jar");
      Path cfg = launch.deploy().resolve(readme.configurationName());

      drop(cfg, Files.writeString(home.resolve("cfg"), onAFreePort(readme.configuration())));
      drop(jar, first);
      int port = server.port("shout");

      try (var client = new Client(port)) {
        assertThat(client.ask("hello")).isEqualTo("HELLO");
        drop(jar, second);
        String reply = client.ask("Hello");
        while (reply.equals("HELLO")) {
          reply = client.ask("Hello");
        }
        assertThat(reply).isEqualTo("hello"); // on the same connection
        try (var other = new Client(port)) {
          assertThat(other.ask("Hello")).isEqualTo("hello");
        }

        Files.delete(jar);

        assertThat(client.seesEnd()).isTrue(); // because no handler takes the connection over
      }
      server.awaitLog("shout: .*handler shout 1\\.0\\.1, serves no new connections");
      Files.delete(cfg);
      server.awaitLog("shout: STOPPED");

      assertThatThrownBy(() -> new Client(port)).isInstanceOf(ConnectException.class);
      try (var client = new Client(echo)) {
        assertThat(client.ask("still here")).isEqualTo("still here");
      }
      server.saidNoStackTrace();
    }
  }

  /** Forty updates, because on Felix one update in eight used to print a stack trace. */
  @ParameterizedTest
  @EnumSource
  void handlerRestartsOnceForEachOfTwentyUpdatesUnderAClient(Framework framework) throws Exception {
    Launch launch = Launch.of(framework, home);
    Files.createDirectories(launch.deploy());
    Files.writeString(
        launch.deploy().resolve("io.thousandisland.server-counted.cfg"),
        "port = 0\nhandler.target = (handler.name=counted)\n");
    Path jar = launch.deploy().resolve("counted.jar");
    counted(0).write(jar);
    try (var server = launch.start();
        var client = new Client(server.port("counted"))) {
      assertThat(versionOf(client)).isEqualTo(0);

      for (int version = 1; version <= 20; version++) {
        drop(jar, counted(version).write(home.resolve("next.jar")));
        server.awaitLog(
            "deploy: counted.jar: .* is updated to 1\\.0\\." + version + " and started$");
        assertThat(versionOf(client)).isEqualTo(version);
      }

      assertThat(server.out().all().stream().filter(line -> line.startsWith("activated ")))
          .hasSize(21);
      server.saidNoStackTrace();
    }
  }

  private static TestBundle counted(int version) {
    return TestBundle.handler(CountedHandler.class, "counted", version, false)
        .with("Bundle-Version", "1.0." + version);
  }

  private static int versionOf(Client client) throws Exception {
    client.send("which\n");
    return Integer.parseInt(client.line().strip().substring(1));
  }

  /** With fileinstall a copy that was cut short removed the running bundle. */
  @ParameterizedTest
  @EnumSource
  void jarThatIsCopiedSlowlyIsUsedOnceItIsComplete(Framework framework) throws Exception {
    Launch launch = Launch.of(framework, home);
    Files.createDirectories(launch.deploy());
    Files.writeString(
        launch.deploy().resolve("io.thousandisland.server-counted.cfg"),
        "port = 0\nhandler.target = (handler.name=counted)\n");
    Path jar = launch.deploy().resolve("counted.jar");
    counted(0).write(jar);
    byte[] next = Files.readAllBytes(counted(1).write(home.resolve("next.jar")));
    try (var server = launch.start();
        var client = new Client(server.port("counted"))) {
      assertThat(versionOf(client)).isEqualTo(0);

      Files.write(jar, Arrays.copyOf(next, next.length / 2));
      server.awaitLog(
          "WARN  deploy: counted.jar: is not a readable zip \\(.*\\): it is used as soon as"
              + " it is complete; .*CountedHandler 1\\.0\\.0 stays as it is$");
      assertThat(versionOf(client)).isEqualTo(0);

      Files.write(
          jar, Arrays.copyOfRange(next, next.length / 2, next.length), StandardOpenOption.APPEND);
      server.awaitLog("INFO  deploy: counted.jar: .* is updated to 1\\.0\\.1 and started$");
      assertThat(versionOf(client)).isEqualTo(1);
      server.saidNoStackTrace();
    }
  }

  @ParameterizedTest
  @EnumSource
  void folderThatIsReplacedOrRemovedAndMadeAgainIsStillWatched(Framework framework)
      throws Exception {
    Launch launch = Launch.of(framework, home);
    Path folder = Files.createDirectories(launch.deploy());
    String settings = "port = 0\nhandler.target = (handler.name=echo)\n";
    Files.writeString(folder.resolve("io.thousandisland.server-first.cfg"), settings);
    try (var server = launch.start()) {
      int first = server.port("first");

      Files.move(folder, home.resolve("old"));
      server.awaitLog("WARN  deploy: .*/deploy: the folder cannot be read: it does not exist");
      try (var client = new Client(first)) {
        assertThat(client.ask("still")).isEqualTo("still");
      }
      Path other = Files.createDirectories(home.resolve("other"));
      Files.writeString(other.resolve("io.thousandisland.server-second.cfg"), settings);
      Files.move(other, folder);
      server.awaitLog("INFO  deploy: .*/deploy: the folder can be read again$");
      server.awaitLog("INFO  deploy: io.thousandisland.server-first.cfg: removed; .* is deleted$");
      server.port("second");

      Files.writeString(folder.resolve("io.thousandisland.server-third.cfg"), settings);
      server.port("third");
      server.saidNoStackTrace();
    }
  }

  private static String whispering(String handler) {
    assertThat(handler).contains("toUpperCase");
    return handler.replace("toUpperCase", "toLowerCase");
  }

  /**
   * The configuration on a free port. A connection waits 5 s, less than usual, for a handler that
   * is gone for good.
   */
  private static String onAFreePort(String configuration) {
    assertThat(configuration).contains("port = 7778");
    return configuration.replace("port = 7778", "port = 0") + "handlerWait = 5s\n";
  }

  /** Moves the file in one step: the server never sees half a file. */
  private static void drop(Path target, Path file) throws Exception {
    Files.move(file, target, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
  }
}
