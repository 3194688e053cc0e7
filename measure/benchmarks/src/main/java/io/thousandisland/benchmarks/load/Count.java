// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.benchmarks.load;

import java.util.Arrays;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.HdrHistogram.Histogram;

/**
 * The result of one run of load, on one line between the processes. Latencies are nanoseconds, and
 * 0 where none were taken.
 */
public record Count(
    long echoes, long bytes, long nanos, long p50, long p99, long p999, long slowest) {

  static Count of(long echoes, long bytes, long nanos) {
    return new Count(echoes, bytes, nanos, 0, 0, 0, 0);
  }

  static Count of(Histogram latencies, long bytes, long nanos) {
    return new Count(
        latencies.getTotalCount(),
        bytes,
        nanos,
        latencies.getValueAtPercentile(50),
        latencies.getValueAtPercentile(99),
        latencies.getValueAtPercentile(99.9),
        latencies.getMaxValue());
  }

  public double perSecond() {
    return echoes * 1e9 / nanos;
  }

  public double mebibytesPerSecond() {
    return bytes / 1048576.0 * 1e9 / nanos;
  }

  String line() {
    return LongStream.of(echoes, bytes, nanos, p50, p99, p999, slowest)
        .mapToObj(Long::toString)
        .collect(Collectors.joining(" "));
  }

  public static Count parse(String line) {
    long[] n = Arrays.stream(line.split(" ", -1)).mapToLong(Long::parseLong).toArray();
    return new Count(n[0], n[1], n[2], n[3], n[4], n[5], n[6]);
  }
}
