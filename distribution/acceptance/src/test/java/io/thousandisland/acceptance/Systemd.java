package io.thousandisland.acceptance;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * The programs of systemd that need no running systemd: those of the machine, or else those in the
 * folder that the variable {@code TEST_SYSTEMD} names, as {@code .ci/unpack} prints it.
 */
final class Systemd {

  private static final String HOW =
      ".ci/unpack target/systemd systemd libsystemd-shared libsystemd0";

  private Systemd() {}

  /** A command line that begins with the program. Without the program the test is skipped. */
  static List<String> command(String program, String... arguments) throws IOException {
    List<String> its = Stream.concat(Stream.of(program), Stream.of(arguments)).toList();
    for (String folder : System.getenv("PATH").split(File.pathSeparator)) {
      if (Files.isExecutable(Path.of(folder, program))) {
        return its;
      }
    }
    ProcessBuilder unpacked = Examples.Tools.of("TEST_SYSTEMD", HOW).run(program, arguments);
    String libraries = unpacked.environment().get("LD_LIBRARY_PATH");
    return Stream.concat(
            Stream.of("env", "LD_LIBRARY_PATH=" + libraries), unpacked.command().stream())
        .toList();
  }
}
