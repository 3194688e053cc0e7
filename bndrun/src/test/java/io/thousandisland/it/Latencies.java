// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.it;

import java.util.Arrays;

/**
 * Durations in nanoseconds, without a limit on their number. One thread writes; others read when
 * that thread has ended.
 */
final class Latencies {

  private long[] values = new long[1024];
  private int size;

  void add(long nanos) {
    if (size == values.length) {
      values = Arrays.copyOf(values, 2 * size);
    }
    values[size++] = nanos;
  }

  void addAll(Latencies others) {
    for (int i = 0; i < others.size; i++) {
      add(others.values[i]);
    }
  }

  /** In microseconds; 0 when there are no durations. */
  long percentile(double percent) {
    long[] sorted = Arrays.copyOf(values, size);
    Arrays.sort(sorted);
    return size == 0 ? 0 : sorted[(int) Math.ceil(percent / 100 * size) - 1] / 1000;
  }
}
