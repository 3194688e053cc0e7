// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.benchmarks;

import io.thousandisland.benchmarks.process.Commands;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The machine and the software of a run: the facts that a reader needs to compare runs. */
public final class Machine {

  private Machine() {}

  static List<String> facts(Options options) throws IOException, InterruptedException {
    return List.of(
        hardware(),
        java(),
        "Peers: " + options.peers(),
        "C: %s, -O2".formatted(firstLine("cc", "--version")),
        ours(options));
  }

  /** The facts of a run without peers. */
  public static List<String> factsOfOurs(Options options) throws IOException, InterruptedException {
    return List.of(hardware(), java(), ours(options));
  }

  private static String hardware() throws IOException {
    return "Processor: %s, kernel %s".formatted(processor(), System.getProperty("os.version"));
  }

  private static String java() {
    return "Java: %s %s"
        .formatted(System.getProperty("java.vm.name"), System.getProperty("java.vm.version"));
  }

  private static String ours(Options options) throws InterruptedException {
    return "Thousand Island: revision %s"
        .formatted(
            firstLine("git", "-C", options.root().toString(), "rev-parse", "--short", "HEAD"));
  }

  private static String processor() throws IOException {
    Path path = Path.of("/proc/cpuinfo");
    List<String> lines = Files.readAllLines(path);
    String name =
        lines.stream()
            .filter(line -> line.startsWith("model name"))
            .map(line -> line.substring(line.indexOf(':') + 1).strip())
            .findFirst()
            .orElse(System.getProperty("os.arch"));
    return lines.stream().filter(line -> line.startsWith("processor")).count() + " × " + name;
  }

  private static String firstLine(String... command) throws InterruptedException {
    return Commands.output(List.of(command)).lines().findFirst().orElse("none");
  }
}
