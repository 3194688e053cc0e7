// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;

/** Runs in a process of its own, because Java configures its logging once. */
class QuietLoggingTest {

  /** Logs as a library does. */
  public static final class Library {
    public static void main(String[] args) {
      Logger log = Logger.getLogger("org.example.library");
      log.info("for its authors");
      log.warning("for everybody");
    }
  }

  @Test
  void warningsAreWrittenAsJavaWritesThemAndDetailsAreNot() throws Exception {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Djava.util.logging.config.class=" + QuietLogging.class.getName(),
                "-cp",
                System.getProperty("java.class.path"),
                Library.class.getName())
            .redirectErrorStream(true)
            .start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

    assertThat(process.waitFor()).isZero();
    assertThat(said).contains("WARNING: for everybody").doesNotContain("for its authors");
  }
}
