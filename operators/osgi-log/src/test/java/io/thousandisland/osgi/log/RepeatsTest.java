// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.osgi.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.slf4j.event.Level;

class RepeatsTest {

  private Instant now = Instant.EPOCH;
  private final List<String> written = new ArrayList<>();
  private final Repeats repeats =
      new Repeats(() -> now, line -> written.add(line.level() + " " + line.message()));

  private void fail(String message) {
    log(message, new IllegalStateException("no database", new Error("off")), "1");
  }

  private void log(String message, @Nullable Throwable thrown, String bundle) {
    repeats.accept(new Line("a", Level.ERROR, message, thrown, bundle));
  }

  @Test
  void sameExceptionIsToldOnceAndThenAtDebug() {
    fail("x");
    fail("x");
    fail("y");

    assertThat(written).containsExactly("ERROR x", "DEBUG x", "ERROR y");
  }

  @Test
  void itIsToldAgainWithTheirNumberWhenItGoesOn() {
    fail("x");
    fail("x");
    fail("x");
    now = now.plus(Repeats.PERIOD);
    fail("x");
    now = now.plus(Repeats.PERIOD);
    fail("x");

    assertThat(written)
        .containsExactly(
            "ERROR x", "DEBUG x", "DEBUG x", "ERROR x (and 2 more times before)", "ERROR x");
  }

  @Test
  void anotherCauseIsOtherNews() {
    log("x", new IllegalStateException(new Error("off")), "1");
    log("x", new IllegalStateException(new Error("on fire")), "1");

    assertThat(written).containsExactly("ERROR x", "ERROR x");
  }

  @Test
  void newContentOfABundleIsOtherNews() {
    log("x", new Error(), "7 1");
    log("x", new Error(), "7 2");

    assertThat(written).containsExactly("ERROR x", "ERROR x");
  }

  @Test
  void whatHasNoExceptionIsWrittenEachTime() {
    log("x", null, "1");
    log("x", null, "1");

    assertThat(written).containsExactly("ERROR x", "ERROR x");
  }

  @Test
  void whatWasToldLongestAgoIsForgottenFirst() {
    for (int i = 0; i <= Repeats.MOST; i++) {
      fail("x" + i);
    }
    written.clear();
    fail("x" + Repeats.MOST);
    fail("x0");

    assertThat(written).containsExactly("DEBUG x" + Repeats.MOST, "ERROR x0");
  }
}
