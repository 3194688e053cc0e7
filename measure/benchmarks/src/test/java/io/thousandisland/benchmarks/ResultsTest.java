// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import io.thousandisland.benchmarks.load.Count;
import org.junit.jupiter.api.Test;

class ResultsTest {

  private static final Workload WORKLOAD = Workload.named("64x64B");
  private static final double QUIET = 0.01;
  private static final double LOUD = 0.5;

  private final Results results = new Results();

  private void round(Slice ours, Slice theirs) {
    results.add(WORKLOAD, "ours", ours);
    results.add(WORKLOAD, "theirs", theirs);
  }

  private static Slice slice(long nanos, double others) {
    return new Slice(new Count(1, 64, 1, 0, 0, 0, 0), nanos, others);
  }

  @Test
  void ratioIsTheMedianOfTheRatiosOfEachRound() {
    round(slice(3000, QUIET), slice(2000, QUIET));
    round(slice(80000, QUIET), slice(40000, QUIET)); // the machine is slow for a while
    round(slice(5000, QUIET), slice(2000, QUIET));

    assertThat(results.ratio(WORKLOAD, "ours", "theirs")).isEqualTo(new Figure(2, 1.5, 2.5));
  }

  @Test
  void roundInWhichOneOfTheTwoWasDisturbedDoesNotCount() {
    round(slice(9000, LOUD), slice(1000, QUIET));
    round(slice(3000, QUIET), slice(2000, QUIET));
    round(slice(1000, QUIET), slice(9000, LOUD));

    assertThat(results.ratios(WORKLOAD, "ours", "theirs")).containsExactly(1.5);
  }

  @Test
  void withoutSuchARoundThereIsNoRatio() {
    round(slice(9000, LOUD), slice(1000, QUIET));

    assertThat(results.ratio(WORKLOAD, "ours", "theirs")).isNull();
    assertThat(results.ratio(WORKLOAD, "ours", "absent")).isNull();
  }
}
