// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.acceptance;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * systemd's programs: those of the machine, or those of the folder that the variable {@code
 * TEST_SYSTEMD} names, as {@code .ci/unpack} prints it.
 */
public final class Systemd {

  private static final Tool PROGRAMS =
      new Tool("TEST_SYSTEMD", ".ci/unpack target/systemd systemd libsystemd-shared libsystemd0");

  private Systemd() {}

  /** A command line that begins with the program. Without the program the test is skipped. */
  public static List<String> command(String program, String... arguments) throws IOException {
    return PROGRAMS.command(program, arguments);
  }

  /** The words of {@code systemd-analyze verify} about the units; empty when all is well. */
  public static String complaintsAbout(Path... units) throws IOException, InterruptedException {
    String[] arguments =
        Stream.concat(
                Stream.of("verify", "--man=no", "--recursive-errors=no"),
                Stream.of(units).map(Path::toString))
            .toArray(String[]::new);
    Process verify =
        new ProcessBuilder(command("systemd-analyze", arguments)).redirectErrorStream(true).start();
    String said = new String(verify.getInputStream().readAllBytes(), UTF_8);
    int code = verify.waitFor();
    return code == 0 ? said : said + "exit code " + code;
  }
}
