// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.acceptance;

import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The tests of the examples share this: the examples' jars, and the tools of Debian packages. */
final class Examples {

  private static final Path FOLDER = Path.of("..", "..", "examples").toAbsolutePath().normalize();

  private Examples() {}

  /** The jar of a module, as the build has left it. */
  static Path jar(String module) throws IOException {
    String name = "io.thousandisland.examples." + module.replace('-', '.');
    try (Stream<Path> all = Files.list(FOLDER.resolve(module).resolve("target"))) {
      return all.filter(file -> file.getFileName().toString().matches(name + "-[0-9].*T\\.jar"))
          .findFirst()
          .orElseThrow();
    }
  }

  /** A server with one of the examples' servers; its handler is not there yet. */
  static Launch launch(Framework framework, Path home, String name, String data, String... keys)
      throws IOException {
    Launch launch = Launch.of(framework, home);
    Control.deploy(launch);
    Files.copy(jar(data), launch.deploy().resolve(data + ".jar"));
    var lines =
        new ArrayList<>(List.of("port = 0", "handler.target = (handler.name=" + name + ")"));
    lines.addAll(List.of(keys));
    Files.write(launch.deploy().resolve("io.thousandisland.server-" + name + ".cfg"), lines);
    return launch;
  }

  /** Programs that {@code .ci/unpack} has unpacked, and the libraries beside them. */
  record Tools(Path root) {

    /**
     * The tools in the folder that an environment variable names. Without it the test is skipped.
     */
    static Tools of(String variable, String howToGetThem) {
      String folder = System.getenv().getOrDefault(variable, "");
      assumeFalse(folder.isBlank(), "no tools: export " + variable + "=$(" + howToGetThem + ")");
      return new Tools(Path.of(folder));
    }

    /** The process of a program, to be configured further. */
    ProcessBuilder run(String program, String... arguments) throws IOException {
      var command = new ArrayList<String>();
      command.add(find(root, program).getFirst().toString());
      command.addAll(List.of(arguments));
      var process = new ProcessBuilder(command);
      String libraries =
          find(root, "*-linux-gnu").stream().map(Path::toString).collect(Collectors.joining(":"));
      process.environment().put("LD_LIBRARY_PATH", libraries);
      return process;
    }

    /** Packages have their programs in {@code bin}, {@code usr/bin} or {@code usr/sbin}. */
    private static List<Path> find(Path root, String name) throws IOException {
      var matcher = root.getFileSystem().getPathMatcher("glob:**/{bin,sbin,lib}/" + name);
      try (Stream<Path> all = Files.find(root, 4, (file, facts) -> matcher.matches(file))) {
        List<Path> found = all.toList();
        if (found.isEmpty()) {
          throw new AssertionError("no " + name + " in " + root);
        }
        return found;
      }
    }
  }
}
