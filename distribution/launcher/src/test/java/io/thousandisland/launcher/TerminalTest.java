// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The facts that the system gives about a process. The module acceptance tests them with real
 * terminals.
 */
class TerminalTest {

  @TempDir Path home;

  private boolean inForeground(String stat) throws Exception {
    return Terminal.inForeground(Files.writeString(home.resolve("stat"), stat));
  }

  @Test
  void groupThatTheTerminalNamesIsInForeground() throws Exception {
    assertThat(inForeground("31 (java) R 7 31 7 34816 31 4194560 9")).isTrue();
    assertThat(inForeground("31 (java) R 7 31 7 34816 7 4194560 9")).isFalse();
  }

  @Test
  void nameOfTheProgramMayHoldAnything() throws Exception {
    assertThat(inForeground("31 (a) b c d e 0 f) R 7 31 7 34816 7 4194560 9")).isFalse();
  }

  @Test
  void withoutATerminalNothingStopsWhoReads() throws Exception {
    assertThat(inForeground("31 (java) R 7 31 7 0 -1 4194560 9")).isTrue();
  }

  @Test
  void systemThatDoesNotSayIsTrusted() {
    assertThat(Terminal.inForeground(home.resolve("none"))).isTrue();
  }
}
