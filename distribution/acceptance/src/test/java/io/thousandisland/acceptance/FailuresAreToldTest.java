// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Predicate;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Failures that the framework and Declarative Services log through OSGi are on the console: one
 * line and one exception for each failure, however often the server tries again.
 */
class FailuresAreToldTest {

  @TempDir Path home;

  @ParameterizedTest
  @EnumSource
  void eachIsOneErrorWithTheExceptionInAFileOfTheUsersAsWell(Framework framework) throws Exception {
    Path file =
        Files.writeString(
            home.resolve("mine.xml"),
            """
            <configuration>
              <appender name="MINE" class="ch.qos.logback.core.ConsoleAppender">
                <encoder><pattern>mine %level %logger %msg%n</pattern></encoder>
              </appender>
              <logger name="io.thousandisland.server" level="DEBUG"/>
              <root level="INFO"><appender-ref ref="MINE"/></root>
            </configuration>
            """);
    Launch launch = Launch.of(framework, home).with("-Dlogback.configurationFile=" + file);
    Files.createDirectories(launch.deploy());
    for (Failure failure : Failure.values()) {
      failure.deploy(launch.deploy());
    }

    try (var server = launch.start()) {
      for (Failure failure :
          List.of(Failure.ACTIVATE_THROWS, Failure.CLASS_IS_MISSING, Failure.CLASS_IS_TOO_NEW)) {
        server.awaitLog(failure.handler() + ".* cannot be obtained.*; next try in 4s");
      }
      server.awaitLog(Failure.DESCRIPTION_IS_BROKEN.line);
      server.signal("TERM");
      server.exit(ServerProcess.PATIENCE);

      List<String> all = server.out().whole();
      Predicate<String> ofServers = line -> line.contains(" io.thousandisland.server ");
      assertThat(all)
          .filteredOn(line -> line.matches("mine (WARN|ERROR) .*"))
          .filteredOn(ofServers.negate())
          .hasSize(Failure.values().length)
          .allMatch(line -> line.startsWith("mine ERROR "));
      for (Failure failure : Failure.values()) {
        assertThat(all).filteredOn(line -> line.contains(failure.line)).hasSize(1);
        assertThat(all).filteredOn(ofServers.negate()).anyMatch(l -> l.contains(failure.thrown));
      }
      assertThat(all).noneMatch(line -> line.matches("mine INFO Events\\..*"));
    }
  }
}
