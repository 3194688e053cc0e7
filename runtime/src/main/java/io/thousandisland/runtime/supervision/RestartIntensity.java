// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.supervision;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * The count of recent restarts against a budget.
 *
 * <p>Thread: one thread at a time; its supervisor's turn guards it.
 */
final class RestartIntensity {
  private final Supplier<RestartBudget> budget;
  private final LongSupplier nanoTime;
  private final Deque<Long> recent = new ArrayDeque<>();

  RestartIntensity(Supplier<RestartBudget> budget, LongSupplier nanoTime) {
    this.budget = budget;
    this.nanoTime = nanoTime;
  }

  RestartBudget budget() {
    return budget.get();
  }

  /**
   * Counts one more restart. A restart that is exactly as old as the budget's time still counts.
   */
  boolean allowsOneMore() {
    RestartBudget allowed = budget.get();
    long now = nanoTime.getAsLong();
    // differences, not comparisons: nanoTime may overflow
    while (!recent.isEmpty()
        && Duration.ofNanos(now - recent.getFirst()).compareTo(allowed.within()) > 0) {
      recent.removeFirst();
    }
    if (recent.size() >= allowed.restarts()) {
      return false;
    }
    recent.addLast(now);
    return true;
  }

  void reset() {
    recent.clear();
  }
}
