// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.it;

import java.time.Duration;

/**
 * The counts of a load's clients.
 *
 * @param length of the updates
 * @param lost questions without an answer and without a goodbye
 * @param closed busy connections that were closed, after a goodbye
 * @param dismissed visitors that got a goodbye
 * @param longestGap between two replies to one client, during the updates, in nanoseconds
 */
record Figures(
    int updates,
    Duration length,
    long connects,
    long refused,
    long replies,
    long lost,
    long closed,
    long dismissed,
    Latencies before,
    Latencies during,
    long longestGap) {

  Figures plus(Figures other) {
    var allBefore = new Latencies();
    allBefore.addAll(before);
    allBefore.addAll(other.before);
    var allDuring = new Latencies();
    allDuring.addAll(during);
    allDuring.addAll(other.during);
    return new Figures(
        updates + other.updates,
        length.plus(other.length),
        connects + other.connects,
        refused + other.refused,
        replies + other.replies,
        lost + other.lost,
        closed + other.closed,
        dismissed + other.dismissed,
        allBefore,
        allDuring,
        Math.max(longestGap, other.longestGap));
  }

  /** A table row: these figures beside the figures of the same load without updates. */
  String beside(Figures quiet) {
    return "| %d updates in %.1f s | gap %d ms, p99 %.1f ms | without updates: gap %d ms, p99 %.1f ms |"
        .formatted(
            updates,
            length.toMillis() / 1e3,
            longestGap / 1_000_000,
            during.percentile(99) / 1e3,
            quiet.longestGap / 1_000_000,
            quiet.during.percentile(99) / 1e3);
  }

  @Override
  public String toString() {
    return ("updates %d, connects %d, refused %d, replies %d, lost %d, closed after goodbye %d,"
            + " visitors told goodbye %d, latency p50/p99 before %d/%d us, during %d/%d us,"
            + " longest gap %d ms")
        .formatted(
            updates,
            connects,
            refused,
            replies,
            lost,
            closed,
            dismissed,
            before.percentile(50),
            before.percentile(99),
            during.percentile(50),
            during.percentile(99),
            longestGap / 1_000_000);
  }
}
