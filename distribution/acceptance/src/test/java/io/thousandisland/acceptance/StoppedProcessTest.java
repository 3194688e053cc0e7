// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A server whose process is stopped for longer than its timeouts, and goes on. */
@DisabledOnOs(OS.WINDOWS)
@Timeout(180)
class StoppedProcessTest {

  /** More than the read timeout, and than one turn of the wheel of deadlines. */
  private static final long STOPPED_SECONDS = 12;

  @TempDir Path home;

  @ParameterizedTest
  @EnumSource
  void whatHasArrivedMeanwhileIsServedAndSilentClientsAreEnded(Framework framework)
      throws Exception {
    Launch launch = Launch.of(framework, home);
    Files.createDirectories(launch.deploy());
    Files.writeString(
        launch.deploy().resolve("io.thousandisland.server-brief.cfg"),
        "port = 0\nreadTimeout = 5s\n");
    try (var server = launch.start()) {
      int port = server.port("brief");
      try (var silent = new Client(port);
          var talking = new Client(port)) {
        assertThat(silent.ask("a")).isEqualTo("a");
        assertThat(talking.ask("b")).isEqualTo("b");
        server.signal("STOP");
        talking.send("late");
        try (var late = new Client(port)) { // waits in the kernel's backlog
          late.send("new");
          TimeUnit.SECONDS.sleep(STOPPED_SECONDS); // the test is about time that passes
          server.signal("CONT");
          assertThat(talking.reply(4)).isEqualTo("late");
          assertThat(late.reply(3)).isEqualTo("new");
          assertThat(silent.seesEnd()).isTrue();
          assertThat(late.seesEnd()).isTrue();
        }
      }
      server.saidNoStackTrace();
    }
  }
}
