// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The lines that an operator reads on standard output. */
class LogTest {

  private static final String LISTENING = "echo: listening on 127\\.0\\.0\\.1:[0-9]+$";

  @TempDir Path home;

  @ParameterizedTest
  @EnumSource
  void lineHasTimeLevelAndWhoseItIs(Framework framework) throws Exception {
    try (var server = Launch.of(framework, home).start()) {
      server.awaitLog("^\\d\\d:\\d\\d:\\d\\d\\.\\d{3} INFO  server: " + LISTENING);
      server.port("echo");
      assertThat(server.out().all()).noneMatch(line -> line.contains("DEBUG"));
      server.saidNoStackTrace();
    }
  }

  /** The limit is as in Karaf, whose SCR has less patience. */
  @ParameterizedTest
  @EnumSource
  void timeoutsThatAreShortenedToFitAreNoTrouble(Framework framework) throws Exception {
    Launch launch = Launch.of(framework, home).with("-Dds.lock.timeout.milliseconds=5000");
    Files.createDirectories(launch.deploy());
    Files.writeString(
        launch.deploy().resolve("io.thousandisland.server-brief.cfg"),
        "port = 0\nhandler.target = (handler.name=echo)\n");
    try (var server = launch.start()) {
      server.awaitLog(
          "INFO  server: brief: configuration adjusted: drainTimeout is shortened from 10s to"
              + " 1600ms, and shutdownTimeout from 15s to 2400ms, because the framework property"
              + " ds\\.lock\\.timeout\\.milliseconds is 5000; set the property to 26000 or more to"
              + " keep the defaults$");
      server.awaitLog("INFO  server: brief: RUNNING(, no longer WAITING)?$");
      assertThat(server.out().all())
          .noneMatch(line -> line.matches(".* brief: (FAILED|.*refused).*"));
    }
  }

  @ParameterizedTest
  @EnumSource
  void fileOfTheUsersDecidesInstead(Framework framework) throws Exception {
    Path file =
        Files.writeString(
            home.resolve("mine.xml"),
            """
            <configuration>
              <appender name="MINE" class="ch.qos.logback.core.ConsoleAppender">
                <encoder><pattern>mine %level %msg%n</pattern></encoder>
              </appender>
              <logger name="io.thousandisland" level="DEBUG"/>
              <root level="WARN"><appender-ref ref="MINE"/></root>
            </configuration>
            """);
    try (var server =
        Launch.of(framework, home).with("-Dlogback.configurationFile=" + file).start()) {
      server.awaitLog("^mine INFO " + LISTENING);
      try (var client = new Client(server.port("echo"))) {
        assertThat(client.ask("x")).isEqualTo("x");
      }
      server.awaitLog("^mine DEBUG echo: connection 1 from 127\\.0\\.0\\.1:[0-9]+ ");
      server.awaitLog(
          "^mine DEBUG 127\\.0\\.0\\.1:[0-9]+ echo [0-9]+ms in=1 out=1 closed by the peer$");
      assertThat(server.out().all()).noneMatch(line -> line.matches("\\d\\d:\\d\\d:.*"));
      server.saidNoStackTrace();
    }
  }
}
