// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.outside;

import static org.assertj.core.api.Assertions.assertThat;

import io.thousandisland.acceptance.Launch;
import io.thousandisland.acceptance.Lines;
import io.thousandisland.acceptance.ServerProcess;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * bnd's command line, started as docs/bnd.md says.
 *
 * @param home the user's home: bnd keeps files there
 * @param environment variables that it is started with
 */
record Bnd(Path home, Map<String, String> environment) {

  private static final Duration PATIENCE = Duration.ofMinutes(2);

  /** The end of a run: its code, and all that it wrote. */
  record Ended(int code, String said) {}

  Ended run(Path where, String... arguments) throws IOException, InterruptedException {
    Process process = command(where, arguments).redirectErrorStream(true).start();
    try {
      Lines said = Lines.of(process.getInputStream());
      assertThat(process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS))
          .as(() -> "bnd " + List.of(arguments) + " ends, having said\n" + text(said))
          .isTrue();
      return new Ended(process.exitValue(), String.join("\n", said.whole()));
    } finally {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
    }
  }

  /** Runs to its end, which must be a success; returns all that it wrote. */
  String succeed(Path where, String... arguments) throws IOException, InterruptedException {
    Ended ended = run(where, arguments);
    assertThat(ended.code()).as("bnd %s said%n%s", List.of(arguments), ended.said()).isZero();
    return ended.said();
  }

  /** Starts a server, which goes on: {@code bnd run}. */
  ServerProcess start(Path where, String... arguments) throws IOException {
    return new ServerProcess(command(where, arguments).start());
  }

  private ProcessBuilder command(Path where, String... arguments) throws IOException {
    var command = new ArrayList<String>();
    command.add(Launch.java(Path.of(System.getProperty("java.home"))).toString());
    command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC")); // the runs are short
    command.add("-Duser.home=" + Files.createDirectories(home));
    command.add("-cp");
    command.add(jar("embedded-repo") + File.pathSeparator + jar("bnd-7"));
    command.add("aQute.bnd.main.bnd");
    command.addAll(List.of(arguments));
    var builder = new ProcessBuilder(command).directory(where.toFile());
    builder.environment().putAll(environment);
    return builder;
  }

  private static Path jar(String part) throws IOException {
    try (Stream<Path> jars = Files.list(Path.of("target", "bnd").toAbsolutePath())) {
      return jars.filter(jar -> jar.toString().contains(part)).findFirst().orElseThrow();
    }
  }

  private static String text(Lines lines) {
    return String.join("\n", lines.all());
  }
}
