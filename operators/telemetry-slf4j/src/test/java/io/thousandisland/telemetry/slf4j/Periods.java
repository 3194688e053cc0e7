// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.telemetry.slf4j;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** A clock whose time passes when a test says so. */
final class Periods implements Repeats.Clock {

  private List<Runnable> due = new ArrayList<>();

  @Override
  public void in(Duration wait, Runnable task) {
    due.add(task);
  }

  /** Runs all work that was asked for before. */
  void passes() {
    List<Runnable> now = due;
    due = new ArrayList<>();
    now.forEach(Runnable::run);
  }
}
