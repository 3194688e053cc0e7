// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.acceptance;

import java.time.Duration;
import java.util.Arrays;

/**
 * The counts of the honest clients of {@code Peers} in one phase.
 *
 * @param closed connections that ended, while their client wanted to go on
 * @param wrong replies with any wrong byte
 * @param gap the longest time between two replies to one talker
 * @param visitGap the longest time between the ends of two visits of one visitor
 */
record PeersFigures(
    long replies,
    long visits,
    long closed,
    long refused,
    long wrong,
    Duration p50,
    Duration p99,
    Duration gap,
    Duration visitGap) {

  static final PeersFigures NONE = of("0 0 0 0 0 0 0 0 0");

  /** Reads the line that {@code Tally} has written. */
  static PeersFigures of(String line) {
    long[] all = Arrays.stream(line.split(" ")).mapToLong(Long::parseLong).toArray();
    return new PeersFigures(
        all[0],
        all[1],
        all[2],
        all[3],
        all[4],
        Duration.ofNanos(all[5] * 1000),
        Duration.ofNanos(all[6] * 1000),
        Duration.ofMillis(all[7]),
        Duration.ofMillis(all[8]));
  }

  @Override
  public String toString() {
    return ("%,d replies, %,d visits; closed %d, refused %d, wrong %d; p50 %.1f ms, p99 %.1f ms;"
            + " longest gap %d ms, between visits %d ms")
        .formatted(
            replies,
            visits,
            closed,
            refused,
            wrong,
            p50.toNanos() / 1e6,
            p99.toNanos() / 1e6,
            gap.toMillis(),
            visitGap.toMillis());
  }
}
