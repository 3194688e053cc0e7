// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.telemetry.slf4j;

import static org.assertj.core.api.Assertions.assertThat;

import io.thousandisland.telemetry.TelemetryEvent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;

class RepeatsTest {

  private static final TelemetryEvent EVENT = SampleEvents.declined(1);

  private final Periods clock = new Periods();
  private final List<Integer> told = new ArrayList<>();
  private final Repeats repeats =
      new Repeats(Duration.ofSeconds(5), clock, (more, last) -> told.add(more));

  @Test
  void firstOfEachKindPasses() {
    assertThat(repeats.isFirst("a", EVENT)).isTrue();
    assertThat(repeats.isFirst("a", EVENT)).isFalse();
    assertThat(repeats.isFirst("b", EVENT)).isTrue();
  }

  @Test
  void whatFollowsIsToldOnceInEachPeriod() {
    boolean unused = repeats.isFirst("a", EVENT);
    for (int period = 1; period <= 3; period++) {
      for (int i = 0; i < period; i++) {
        assertThat(repeats.isFirst("a", EVENT)).isFalse();
      }
      clock.passes();
    }
    assertThat(told).containsExactly(1, 2, 3);
  }

  @Test
  void afterAPeriodWithoutAnyTheNextPasses() {
    assertThat(repeats.isFirst("a", EVENT)).isTrue();
    clock.passes();
    assertThat(repeats.isFirst("a", EVENT)).isTrue();
    assertThat(repeats.isFirst("a", EVENT)).isFalse();
    clock.passes();
    clock.passes();
    assertThat(repeats.isFirst("a", EVENT)).isTrue();
    assertThat(told).containsExactly(1);
  }

  @Test
  void withoutAClockEverythingPasses() {
    var late =
        new Repeats(
            Duration.ofSeconds(5),
            (wait, task) -> {
              throw new RejectedExecutionException("stopped");
            },
            (more, last) -> told.add(more));
    assertThat(late.isFirst("a", EVENT)).isTrue();
    assertThat(late.isFirst("a", EVENT)).isTrue();
  }
}
