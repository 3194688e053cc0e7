// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.settings;

import io.thousandisland.handler.ReadTimeout;
import java.time.Duration;

/**
 * The time that a connection may take: its age, its first byte, and its rates. By default no
 * connection is ended because of them.
 *
 * @param maxAge the age at which a connection is advised to finish; {@link ReadTimeout#FOREVER} for
 *     none
 * @param maxAgeJitter percent of {@code maxAge} by which a connection's own age differs from it, at
 *     most, in either direction
 * @param firstByte the longest wait for the first byte, counted from the end of the handshake;
 *     {@code FOREVER} for no end
 * @param minReceiveRate bytes per second that a peer must send if it sends at all; 0 for any rate
 * @param minSendRate bytes per second that a peer must take while bytes wait for it; 0 for any rate
 * @param rateWindow the time over which the rates are measured
 */
public record PaceSettings(
    Duration maxAge,
    int maxAgeJitter,
    Duration firstByte,
    int minReceiveRate,
    int minSendRate,
    Duration rateWindow,
    IdleBy idleBy) {

  public static final PaceSettings DEFAULT =
      new PaceSettings(
          ReadTimeout.FOREVER,
          10,
          ReadTimeout.FOREVER,
          0,
          0,
          Duration.ofSeconds(10),
          IdleBy.RECEIVED);

  private static final long GOLDEN_RATIO = 0x9E3779B97F4A7C15L; // as a fraction of 2^64
  private static final Duration LONGEST = Duration.ofDays(36_500);

  /** The bytes that keep a connection from being idle. */
  public enum IdleBy {
    /** Received bytes move the read timeout. */
    RECEIVED,
    /** Received bytes and sent bytes move the read timeout. */
    BOTH
  }

  public PaceSettings {
    Checks.positive("maxAge", maxAge);
    Checks.between("maxAgeJitter", maxAgeJitter, 0, 100);
    Checks.positive("firstByteTimeout", firstByte);
    Checks.between("minReceiveRate", minReceiveRate, 0, Integer.MAX_VALUE);
    Checks.between("minSendRate", minSendRate, 0, Integer.MAX_VALUE);
    Checks.positiveAndFinite("rateWindow", rateWindow);
  }

  /**
   * The age of connection {@code id}, in nanoseconds; {@link Long#MAX_VALUE} for none. The
   * multiples of the golden ratio spread the ages of successive connections evenly, and a
   * connection keeps its place when the settings change.
   */
  public long ageOf(long id) {
    if (!has(maxAge)) {
      return Long.MAX_VALUE;
    }
    double place = ((id * GOLDEN_RATIO) >>> 11) * 0x1p-53; // from 0 to 1
    double factor = 1 + (2 * place - 1) * maxAgeJitter / 100;
    return (long) (maxAge.toNanos() * factor);
  }

  /** False for a duration that does not end in practice: over a hundred years. */
  private static boolean has(Duration limit) {
    return limit.compareTo(LONGEST) <= 0;
  }

  /** Whether the age is limited. */
  public boolean hasAge() {
    return has(maxAge);
  }

  /** Whether the first byte must come in time. */
  public boolean hasFirstByte() {
    return has(firstByte);
  }

  /** Whether a rate is measured. */
  public boolean hasRate() {
    return minReceiveRate > 0 || minSendRate > 0;
  }

  /** The same with another maximum age. */
  public PaceSettings withAge(Duration other, int otherJitter) {
    return new PaceSettings(
        other, otherJitter, firstByte, minReceiveRate, minSendRate, rateWindow, idleBy);
  }

  /** The same with another wait for the first byte. */
  public PaceSettings withFirstByte(Duration other) {
    return new PaceSettings(
        maxAge, maxAgeJitter, other, minReceiveRate, minSendRate, rateWindow, idleBy);
  }

  /** The same with other rates. */
  public PaceSettings withRates(int received, int sent, Duration window) {
    return new PaceSettings(maxAge, maxAgeJitter, firstByte, received, sent, window, idleBy);
  }

  /** The same, counting idleness in another way. */
  public PaceSettings with(IdleBy other) {
    return new PaceSettings(
        maxAge, maxAgeJitter, firstByte, minReceiveRate, minSendRate, rateWindow, other);
  }
}
