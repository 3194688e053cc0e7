// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.settings;

import io.thousandisland.runtime.supervision.RestartBudget;
import java.time.Duration;

/** The number of restarts that each supervisor allows within a time before it gives up. */
public record RestartSettings(int restarts, Duration window) {

  static final RestartSettings DEFAULT =
      new RestartSettings(RestartBudget.DEFAULT.restarts(), RestartBudget.DEFAULT.within());

  public RestartSettings {
    Checks.between("restarts", restarts, 0, 1_000);
    Checks.positive("restartWindow", window);
  }

  public RestartBudget budget() {
    return new RestartBudget(restarts, window);
  }
}
