// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import io.thousandisland.acceptance.bundles.HangingActivator;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A bundle of the deploy folder whose start never ends. */
@DisabledOnOs(OS.WINDOWS)
@Timeout(180)
class HangingStartTest {

  private static final Duration LIMIT = Duration.ofSeconds(60);

  @TempDir Path home;

  @BeforeEach
  void makeFolder() throws Exception {
    Files.createDirectories(home.resolve("deploy"));
  }

  @ParameterizedTest
  @EnumSource
  void isToldAndKeepsNeitherConfigurationsNorTheEndOfTheProcess(Framework framework)
      throws Exception {
    Launch launch = Launch.of(framework, home).with(ServerProcess.TELLS_WHEN_STARTED);
    try (var server = launch.start()) {
      server.awaitStarted(); // otherwise the framework's own start may hang
      TestBundle.activatedBy(HangingActivator.class).write(launch.deploy().resolve("hanging.jar"));
      server.awaitLog("^hanging$");
      server.awaitLog(
          "WARN  deploy: hanging.jar: .*HangingActivator 1\\.0\\.0 hangs in its start, for 10s");
      Files.writeString(launch.deploy().resolve("io.thousandisland.server-late.cfg"), "port = 0\n");
      try (var client = new Client(server.port("late"))) {
        assertThat(client.ask("hello")).isEqualTo("hello");
      }
      server.signal("TERM");
      assertThat(server.exit(LIMIT)).isEqualTo(128 + 15);
      server.awaitLog("late: STOPPED");
      server.saidNoStackTrace();
      assertThat(server.err().whole()).noneMatch(line -> line.contains("hangs"));
    }
  }

  @ParameterizedTest
  @EnumSource
  void thatIgnoresInterruptsIsLeftBehindInOneLineAndTheOthersDrain(Framework framework)
      throws Exception {
    Launch launch = Launch.of(framework, home);
    TestBundle.activatedBy(HangingActivator.class)
        .with("Deaf", "true")
        .write(launch.deploy().resolve("hanging.jar"));
    try (var server = launch.start()) {
      server.awaitLog("^hanging$");
      try (var client = new Client(server.port("echo"))) {
        assertThat(client.ask("hello")).isEqualTo("hello");
        server.signal("TERM");
        assertThat(client.seesEnd()).isTrue();
      }
      assertThat(server.exit(LIMIT)).isEqualTo(128 + 15);
      server.awaitLog("echo: server drained: 0 migrated, 1 graceful, 0 forced");
      assertThat(server.err().whole())
          .filteredOn(line -> line.contains("hangs"))
          .singleElement()
          .asString()
          .endsWith(
              "HangingActivator 1.0.0 hangs in its start; the other bundles are stopped, and the process ends without it");
    }
  }
}
