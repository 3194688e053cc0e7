// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.site;

import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * A Chromium without a window. It reaches nothing but this machine. Its log has the lines that
 * pages write to their consoles, script errors included.
 */
final class Chromium implements AutoCloseable {

  private final Process process;
  private final Path log;

  /**
   * @param home an empty folder for its files
   * @param arguments the last is the address to open
   */
  Chromium(Path home, List<String> arguments, ProcessBuilder.Redirect output) throws IOException {
    log = home.resolve("log");
    var command = new ArrayList<String>();
    command.add(program());
    command.addAll(
        List.of(
            "--headless",
            "--no-sandbox", // tests may run as root
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--hide-scrollbars",
            "--no-first-run",
            "--enable-logging=stderr",
            "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
            "--user-data-dir=" + home.resolve("profile")));
    command.addAll(arguments);
    process =
        new ProcessBuilder(command).redirectError(log.toFile()).redirectOutput(output).start();
  }

  /** The program that {@code .ci/chromium} found. Without one the test is skipped. */
  private static String program() {
    String given = System.getenv("TEST_CHROMIUM");
    if (given != null && !given.isEmpty()) {
      return given;
    }
    return Stream.of(System.getenv("PATH").split(":"))
        .flatMap(
            folder -> Stream.of("chromium", "google-chrome").map(name -> Path.of(folder, name)))
        .filter(Files::isExecutable)
        .map(Path::toString)
        .findFirst()
        .orElseGet(() -> abort("there is no Chromium: .ci/chromium DIR fetches one"));
  }

  /** The lines that pages have written to their consoles so far. */
  List<String> console() throws IOException {
    try (Stream<String> lines = Files.lines(log)) {
      return lines.filter(line -> line.contains(":CONSOLE")).toList();
    }
  }

  /** Waits until it ends by itself. */
  void join() throws InterruptedException {
    process.waitFor();
  }

  @Override
  public void close() {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
    process.onExit().join();
  }
}
