// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.benchmarks;

import io.thousandisland.benchmarks.load.Count;

/**
 * One short run of a workload against one server.
 *
 * @param processor nanoseconds of processor time that the server used
 * @param others the share of a processor that went to other processes
 */
public record Slice(Count count, long processor, double others) {

  /** A slice with a larger share says more about the other processes than about the server. */
  public static final double TOO_MUCH = 0.09;

  public boolean disturbed() {
    return others > TOO_MUCH;
  }

  /** Microseconds of processor time for each unit of work. */
  public double cost() {
    return processor / 1e3 / count.echoes();
  }
}
