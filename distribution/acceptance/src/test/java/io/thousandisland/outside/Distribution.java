// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.outside;

import static org.assertj.core.api.Assertions.assertThat;

import io.thousandisland.acceptance.Lines;
import io.thousandisland.acceptance.ServerProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * The distribution of a release, unpacked by {@code tar}, and somebody who starts its program.
 *
 * @param folder the installation
 * @param java the Java that {@code JAVA_HOME} names; empty for none
 */
record Distribution(Path folder, String java) {

  /** Unpacks the staged archive in the folder {@code home}. */
  static Distribution unpack(Staging staging, Path home) throws Exception {
    Path archive = staging.file("io.thousandisland.distribution", ".tar.gz");
    Process tar =
        new ProcessBuilder("tar", "xzf", archive.toString())
            .directory(home.toFile())
            .inheritIO()
            .start();
    assertThat(tar.waitFor()).as("exit code of tar").isZero();
    return new Distribution(
        home.resolve("thousandisland-" + staging.version()), System.getProperty("java.home"));
  }

  Distribution withJava(String home) {
    return new Distribution(folder, home);
  }

  Path program() {
    return folder.resolve("bin").resolve("thousandisland");
  }

  /** A process that has ended: its exit code and its output. */
  record Ended(int code, List<String> out, List<String> err) {}

  /** Starts the program with these arguments, in the folder {@code where}. */
  ServerProcess start(Path where, String... arguments) throws IOException {
    return new ServerProcess(process(program(), where, arguments).start());
  }

  /** Runs the program, which must end. */
  Ended run(String... arguments) throws Exception {
    return run(process(program(), folder, arguments));
  }

  static Ended run(ProcessBuilder builder) throws Exception {
    Process process = builder.start();
    try {
      Lines out = Lines.of(process.getInputStream());
      Lines err = Lines.of(process.getErrorStream());
      process.getOutputStream().close();
      boolean ended = process.waitFor(30, TimeUnit.SECONDS);
      assertThat(ended).as(() -> builder.command() + " ends, having said " + out.all()).isTrue();
      return new Ended(process.exitValue(), out.whole(), err.whole());
    } finally {
      process.destroyForcibly();
    }
  }

  ProcessBuilder process(Path program, Path where, String... arguments) {
    var command = new ArrayList<>(List.of(program.toString()));
    command.addAll(List.of(arguments));
    var builder = new ProcessBuilder(command).directory(where.toFile());
    builder.environment().remove("JAVA_HOME");
    builder.environment().remove("JDK_JAVA_OPTIONS");
    if (!java.isEmpty()) {
      builder.environment().put("JAVA_HOME", java);
    }
    return builder;
  }

  /** Copies the files of an example into the deploy folder, with other ports. */
  void deploy(String example, Path deploy, Map<String, String> replaced) throws IOException {
    Files.createDirectories(deploy);
    try (Stream<Path> files = Files.list(folder.resolve("examples").resolve(example))) {
      for (Path file : files.toList()) {
        Path target = deploy.resolve(file.getFileName());
        if (file.toString().endsWith(".cfg")) {
          String text = Files.readString(file);
          for (Map.Entry<String, String> each : replaced.entrySet()) {
            text = text.replace(each.getKey(), each.getValue());
          }
          Files.writeString(target, text);
        } else {
          Files.copy(file, target);
        }
      }
    }
  }

  /** All files of the installation, with their sizes and times. */
  Map<String, String> files() throws IOException {
    var all = new TreeMap<String, String>();
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.toList()) {
        all.put(
            folder.relativize(file).toString(),
            Files.size(file) + " bytes of " + Files.getLastModifiedTime(file));
      }
    }
    return all;
  }
}
