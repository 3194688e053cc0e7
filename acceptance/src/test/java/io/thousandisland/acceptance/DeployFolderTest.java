package io.thousandisland.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.ConnectException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
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

        assertThat(client.seesEnd()).isTrue(); // for nobody takes it over
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

  private static String whispering(String handler) {
    assertThat(handler).contains("toUpperCase");
    return handler.replace("toUpperCase", "toLowerCase");
  }

  /** A connection waits less long than usual for a handler that is gone for good. */
  private static String onAFreePort(String configuration) {
    assertThat(configuration).contains("port = 7778");
    return configuration.replace("port = 7778", "port = 0") + "handlerWait = 5s\n";
  }

  /** In one step: fileinstall never sees half a file. */
  private static void drop(Path target, Path file) throws Exception {
    Files.move(file, target, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
  }
}
