// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.acceptance;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * A program that the machine has, or that {@code .ci/unpack} has put into a folder which an
 * environment variable names.
 *
 * @param variable names the folder
 * @param howToGetIt the command that prints the folder
 */
public record Tool(String variable, String howToGetIt) {

  /** A command line that begins with the program. Without the program the test is skipped. */
  public List<String> command(String program, String... arguments) throws IOException {
    List<String> its = Stream.concat(Stream.of(program), Stream.of(arguments)).toList();
    for (String folder : System.getenv("PATH").split(File.pathSeparator)) {
      if (Files.isExecutable(Path.of(folder, program))) {
        return its;
      }
    }
    ProcessBuilder unpacked = Examples.Tools.of(variable, howToGetIt).run(program, arguments);
    String libraries = unpacked.environment().get("LD_LIBRARY_PATH");
    return Stream.concat(
            Stream.of("env", "LD_LIBRARY_PATH=" + libraries), unpacked.command().stream())
        .toList();
  }
}
