// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@DisabledOnOs(OS.WINDOWS)
class LeftoversTest {

  @TempDir Path home;

  @ParameterizedTest
  @EnumSource
  void whatAKilledServerLeavesIsRemovedByTheNextAndALivingOneIsUntouched(Framework framework)
      throws Exception {
    Launch launch = Launch.of(framework, home);
    try (var living = launch.start()) {
      living.port("echo");
      List<String> ofTheLiving = temporary();

      try (var killed = launch.start()) {
        killed.port("echo");
        killed.signal("KILL");
        killed.exit(Duration.ofSeconds(10));
      }
      assertThat(temporary()).as("left by the killed one").hasSizeGreaterThan(ofTheLiving.size());

      try (var next = launch.start()) {
        next.port("echo");
        next.signal("TERM");
        next.exit(Duration.ofSeconds(30));
        next.saidNoStackTrace();
      }
      assertThat(temporary()).isEqualTo(ofTheLiving);

      try (var client = new Client(living.port("echo"))) {
        assertThat(client.ask("hello")).isEqualTo("hello");
      }
      living.signal("TERM");
      living.exit(Duration.ofSeconds(30));
      living.saidNoStackTrace();
    }
    assertThat(temporary()).isEmpty();
  }

  private List<String> temporary() throws Exception {
    try (Stream<Path> all = Files.list(home.resolve("tmp"))) {
      return all.map(Path::getFileName)
          .map(Path::toString)
          .filter(name -> !name.startsWith("hsperfdata"))
          .sorted()
          .toList();
    }
  }
}
