// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A console that takes no output holds up neither the server nor its end. */
@EnabledOnOs(OS.LINUX)
@Timeout(180)
class OutputNobodyReadsTest {

  /** The drainTimeout of the ready-made echo server is 5 s; the rest is for a busy machine. */
  private static final Duration LIMIT = Duration.ofSeconds(5 + 15);

  private static final Pattern LISTENS =
      Pattern.compile("echo listens on 127\\.0\\.0\\.1:([0-9]+)");

  /** Each connection logs about 40 KB. A pipe holds 64 KiB, and the server keeps 1 MiB. */
  private static final int CONNECTIONS = 100;

  @TempDir Path home;

  private Path lines(String appender) throws IOException {
    return Files.writeString(
        home.resolve("mine.xml"),
        """
        <configuration>
          %s
          <logger name="io.thousandisland.server" level="TRACE"/>
          <root level="WARN"><appender-ref ref="MINE"/></root>
        </configuration>
        """
            .formatted(appender));
  }

  private Launch launch(Framework framework, String appender) throws IOException {
    Launch launch =
        Launch.of(framework, home).with("-Dlogback.configurationFile=" + lines(appender));
    Files.createDirectories(launch.deploy());
    return launch;
  }

  private static void converse(int port) throws IOException {
    for (int i = 0; i < CONNECTIONS; i++) {
      try (var client = new Client(port)) {
        assertThat(client.ask("x")).isEqualTo("x");
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void fullPipe(Framework framework) throws Exception {
    Path pipe = home.resolve("pipe");
    assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor()).isZero();
    Launch launch =
        launch(
                framework,
                """
                <appender name="MINE" class="ch.qos.logback.core.ConsoleAppender">
                  <encoder><pattern>%-8000msg%n</pattern></encoder>
                </appender>
                """)
            .under("sh", "-c", "exec \"$@\" >\"$0\"", pipe.toString());
    try (var server = launch.start();
        BufferedReader console = Files.newBufferedReader(pipe)) {
      int port = Integer.parseInt(find(LISTENS, console).group(1));

      converse(port);
      converse(port);
      Matcher notice =
          find(
              Pattern.compile("^([0-9]+) lines were dropped, because nobody read the console$"),
              console);
      assertThat(Integer.parseInt(notice.group(1))).isGreaterThan(CONNECTIONS);

      converse(port);
      server.signal("TERM");
      assertThat(server.exit(LIMIT)).isEqualTo(128 + 15);
      assertThat(server.err().whole()).noneMatch(line -> line.contains("Exception"));
    }
  }

  /**
   * Logback's own files are safe from a full disk. The console is safe because of the stream in
   * front of it.
   */
  @ParameterizedTest
  @EnumSource
  void fullDisk(Framework framework) throws Exception {
    Path log = home.resolve("log.txt");
    Launch launch =
        launch(
                framework,
                """
                <appender name="FULL" class="ch.qos.logback.core.FileAppender">
                  <file>/dev/full</file>
                  <encoder><pattern>%%msg%%n</pattern></encoder>
                </appender>
                <appender name="CONSOLE" class="ch.qos.logback.core.ConsoleAppender">
                  <encoder><pattern>%%msg%%n</pattern></encoder>
                </appender>
                <appender name="MINE" class="ch.qos.logback.core.FileAppender">
                  <file>%s</file>
                  <encoder><pattern>%%msg%%n</pattern></encoder>
                </appender>
                <root><appender-ref ref="FULL"/><appender-ref ref="CONSOLE"/></root>
                """
                    .formatted(log))
            .under("sh", "-c", "exec \"$0\" \"$@\" >/dev/full");
    try (var server = launch.start()) {
      int port = Integer.parseInt(await(log, "echo: listening on 127\\.0\\.0\\.1:([0-9]+)"));

      converse(port);

      server.signal("TERM");
      assertThat(server.exit(LIMIT)).isEqualTo(128 + 15);
      assertThat(log).content().contains("echo: STOPPED");
    }
  }

  private static Matcher find(Pattern pattern, BufferedReader console) throws IOException {
    for (String line = console.readLine(); line != null; line = console.readLine()) {
      Matcher matcher = pattern.matcher(line);
      if (matcher.find()) {
        return matcher;
      }
    }
    throw new AssertionError("ended without " + pattern);
  }

  /** The text that the pattern's group finds in the file, sooner or later. */
  private static String await(Path file, String regex) {
    Pattern pattern = Pattern.compile(regex);
    Matcher found =
        Awaitility.await()
            .atMost(ServerProcess.PATIENCE)
            .ignoreExceptionsInstanceOf(NoSuchFileException.class)
            .until(() -> pattern.matcher(Files.readString(file)), Matcher::find);
    return found.group(1);
  }
}
