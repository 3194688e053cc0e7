// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class StartTest {

  @TempDir Path home;

  @ParameterizedTest
  @EnumSource
  void oneLineTellsHowToTalkToItOnThePortOfTheCommandLine(Framework framework) throws Exception {
    int port = Ports.free();
    try (var server = Launch.of(framework, home).with("-Dport=" + port).start()) {
      assertThat(server.port("echo")).isEqualTo(port);
      try (var client = new Client(port)) {
        assertThat(client.ask("hello")).isEqualTo("hello");
      }
      assertThat(server.out().all())
          .filteredOn(line -> line.contains("listens on"))
          .containsExactly(
              "echo listens on 127.0.0.1:%1$d - talk to it: nc 127.0.0.1 %1$d".formatted(port));
      server.saidNoStackTrace();
    }
  }

  @ParameterizedTest
  @EnumSource
  void javaThatIsTooOldIsRefusedInOneLine(Framework framework) throws Exception {
    Optional<JavaHome> old = JavaHome.installed().filter(java -> java.release() < 21).findFirst();
    assumeTrue(old.isPresent(), "no Java older than 21 in /usr/lib/jvm, nor in a JAVA*_HOME");
    Path java = Launch.java(old.get().folder());
    try (var server = Launch.of(framework, home).withJava(java).start()) {
      assertThat(server.exit(Duration.ofSeconds(20))).isEqualTo(1);
      List<String> said = server.err().whole();
      assertThat(said).hasSize(1);
      assertThat(said.getFirst())
          .contains("needs Java 21 or later", "this is Java " + old.get().release());
      assertThat(server.out().whole()).isEmpty();
    }
  }
}
