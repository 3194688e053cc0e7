// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.supervision;

import java.time.Duration;

/**
 * The wait before the next try: {@code first}, then twice as long each time, up to {@code most}.
 *
 * @param first more than zero
 * @param most at least {@code first}
 */
public record Backoff(Duration first, Duration most) {

  /** 1 second, doubling to 60. */
  public static final Backoff DEFAULT = new Backoff(Duration.ofSeconds(1), Duration.ofSeconds(60));

  public Backoff {
    if (!first.isPositive()) {
      throw new IllegalArgumentException("first is " + first + ", must be more than zero");
    }
    if (most.compareTo(first) < 0) {
      throw new IllegalArgumentException("most is " + most + ", must be at least " + first);
    }
  }

  /**
   * The wait after {@code failures} in a row.
   *
   * @param failures 1 or more
   */
  public Duration after(int failures) {
    Duration wait = first;
    for (int i = 1; i < failures && wait.compareTo(most) < 0; i++) {
      wait = wait.multipliedBy(2);
    }
    return wait.compareTo(most) < 0 ? wait : most;
  }

  /** True when a node that failed after it was up for {@code up} starts over with {@code first}. */
  public boolean forgivenAfter(Duration up) {
    return up.compareTo(most) >= 0;
  }
}
