// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.osgi.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.slf4j.event.Level;

class GuardedTest {

  @Test
  void lineThatCannotBeWrittenIsToldOnceOnStandardError() {
    var guarded =
        new Guarded(
            line -> {
              throw new NullPointerException("no logger context");
            });
    var said = new ByteArrayOutputStream();
    PrintStream err = System.err;
    System.setErr(new PrintStream(said, true, StandardCharsets.UTF_8));
    try {
      guarded.accept(new Line("a", Level.WARN, "disk is hot", null, ""));
      guarded.accept(new Line("a", Level.WARN, "disk is on fire", null, ""));
    } finally {
      System.setErr(err);
    }

    assertThat(said.toString(StandardCharsets.UTF_8))
        .startsWith("The OSGi log cannot be written; further failures are not reported.")
        .containsOnlyOnce("disk is hot")
        .containsOnlyOnce("NullPointerException: no logger context")
        .doesNotContain("disk is on fire");
  }
}
