// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class OptionsTest {

  private static final Duration LIMIT = Duration.ofSeconds(30);

  @TempDir Path home;

  /** Starts a server with arguments, which stand after the jar. */
  private ServerProcess start(Framework framework, List<String> options, String... arguments)
      throws Exception {
    var command = new ArrayList<String>();
    command.add(Launch.java(Path.of(System.getProperty("java.home"))).toString());
    command.addAll(options);
    command.addAll(List.of("-jar", framework.jar().toString()));
    command.addAll(List.of(arguments));
    return new ServerProcess(new ProcessBuilder(command).directory(home.toFile()).start());
  }

  @ParameterizedTest
  @EnumSource
  void whatIsWrongIsSaidInOneLineEachBeforeAnythingStarts(Framework framework) throws Exception {
    Path file = Files.createFile(home.resolve("file"));
    List<String> options =
        List.of("-Dport=abc", "-Dshell=70000", "-Ddeploy=" + file, "-Ddepoly=" + home);
    try (var server = start(framework, options, "--port=9000")) {
      assertThat(server.exit(LIMIT)).isEqualTo(2);
      assertThat(server.err().whole())
          .containsExactly(
              "--port=9000: no such argument; did you mean -Dport=9000, before -jar?",
              "depoly: no such option; did you mean -Ddeploy=DIR? A property of your own needs"
                  + " another name, for example one with a dot",
              "port: \"abc\" is not a number; allowed: 0 to 65535",
              "deploy: \"" + file + "\" is not a folder",
              "shell: 70000 is too high; allowed: 0 to 65535, or off");
      assertThat(server.out().whole()).isEmpty();
    }
    assertThat(home).isDirectoryNotContaining("glob:**deploy");
  }

  @ParameterizedTest
  @EnumSource
  void helpNamesTheOptionsAndTheJarAndEndsWithSuccess(Framework framework) throws Exception {
    try (var server = start(framework, List.of(), "--help")) {
      assertThat(server.exit(LIMIT)).isZero();
      assertThat(server.err().whole()).isEmpty();
      assertThat(String.join("\n", server.out().whole()))
          .startsWith("Thousand Island " + System.getProperty("project.version"))
          .contains("-jar " + framework.jar(), "-Dport=PORT", "-Ddeploy=DIR", "-Dshell=PORT");
    }
  }

  @ParameterizedTest
  @EnumSource
  void commandOfTheReadmePrintsNoWarning(Framework framework) throws Exception {
    String[] options =
        Readme.read().serverOptions().stream()
            .filter(option -> !option.matches("-D(port|deploy)=.*")) // the test sets these itself
            .toArray(String[]::new);
    try (var server = Launch.of(framework, home).with(options).start()) {
      server.awaitLog("echo: RUNNING");
      server.signal("TERM");
      server.exit(LIMIT);
      assertThat(server.err().whole()).isEmpty();
    }
  }
}
