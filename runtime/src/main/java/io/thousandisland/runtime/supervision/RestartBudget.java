// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.supervision;

import java.time.Duration;

/**
 * The number of restarts that a supervisor may make within a time before it gives up.
 *
 * @param restarts 0 or more; with 0 it gives up at the first crash
 * @param within more than zero
 */
public record RestartBudget(int restarts, Duration within) {

  /** 3 restarts in 5 seconds. */
  public static final RestartBudget DEFAULT = new RestartBudget(3, Duration.ofSeconds(5));

  public RestartBudget {
    if (restarts < 0) {
      throw new IllegalArgumentException("restarts is " + restarts + ", must be 0 or more");
    }
    if (!within.isPositive()) {
      throw new IllegalArgumentException("within is " + within + ", must be more than zero");
    }
  }
}
