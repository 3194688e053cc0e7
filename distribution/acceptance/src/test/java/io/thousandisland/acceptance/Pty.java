// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.acceptance;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A real terminal for a process; the text that the test types comes from its keys. */
final class Pty {

  /** Returns the exit code of the command that ran on the terminal. */
  private static final String SPAWN =
      "import os, pty, sys; sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:])))";

  private Pty() {}

  /**
   * The command that runs the rest of its line on a terminal. Skips the test where there is none.
   */
  static String[] running(String... command) {
    assumeTrue(exists("python3", "-c", "import os, pty; os.waitstatus_to_exitcode"), "no python3");
    List<String> all = new ArrayList<>(List.of("python3", "-c", SPAWN));
    all.addAll(Arrays.asList(command));
    return all.toArray(String[]::new);
  }

  private static boolean exists(String... command) {
    try {
      return new ProcessBuilder(command).start().waitFor() == 0;
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
