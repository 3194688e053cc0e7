// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.acceptance.peers;

import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;

/** The counts of the honest clients in one phase of a test. Any thread may count. */
final class Tally {

  private final Map<Integer, Long> byVersion = new TreeMap<>();
  private long[] latencies = new long[1024];
  private int talked;
  private long visits;
  private long closed;
  private long refused;
  private long wrong;
  private long gap;
  private long visitGap;

  /**
   * Counts a reply to a talker; the gap is the time since the reply before it. All times are in
   * nanoseconds.
   */
  synchronized void talked(int version, long latency, long sinceLast) {
    if (talked == latencies.length) {
      latencies = Arrays.copyOf(latencies, 2 * talked);
    }
    latencies[talked++] = latency;
    gap = Math.max(gap, sinceLast);
    byVersion.merge(version, 1L, Long::sum);
  }

  /**
   * Counts a whole visit: connected, served. The gap is the time since the end of the visit before
   * it.
   */
  synchronized void visited(int version, long sinceLast) {
    visits++;
    visitGap = Math.max(visitGap, sinceLast);
    byVersion.merge(version, 1L, Long::sum);
  }

  synchronized void closed() {
    closed++;
  }

  synchronized void refused() {
    refused++;
  }

  synchronized void wrong() {
    wrong++;
  }

  /** Replies of this version of the handler. */
  synchronized long of(int version) {
    return byVersion.getOrDefault(version, 0L);
  }

  /** One line, which {@code PeersFigures} of the tests reads. */
  @Override
  public synchronized String toString() {
    long[] sorted = Arrays.copyOf(latencies, talked);
    Arrays.sort(sorted);
    return "%d %d %d %d %d %d %d %d %d"
        .formatted(
            talked,
            visits,
            closed,
            refused,
            wrong,
            percentile(sorted, 50),
            percentile(sorted, 99),
            gap / 1_000_000,
            visitGap / 1_000_000);
  }

  /** In microseconds. */
  private static long percentile(long[] sorted, int percent) {
    int index = (int) Math.ceil(percent / 100.0 * sorted.length) - 1;
    return sorted.length == 0 ? 0 : sorted[index] / 1000;
  }
}
