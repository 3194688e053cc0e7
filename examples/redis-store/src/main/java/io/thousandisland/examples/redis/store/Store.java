// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.examples.redis.store;

import java.time.Duration;
import java.util.Optional;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Values by keys, some of which expire. Keys and values are strings of bytes: each character is one
 * byte, as in ISO 8859-1.
 *
 * <p>Thread: any. Each method is atomic.
 */
@ProviderType
public interface Store {

  /** When {@link #set} sets. */
  enum Condition {
    ALWAYS,
    IF_ABSENT,
    IF_PRESENT
  }

  Optional<String> get(String key);

  /**
   * Sets a value.
   *
   * @param life how long it lives; empty for no end
   * @return false when the condition does not hold
   */
  boolean set(String key, String value, Optional<Duration> life, Condition condition);

  /** True when there was a value. */
  boolean delete(String key);

  /**
   * Adds to a value that is a number; an absent one counts as 0. How long it lives does not change.
   *
   * @throws NumberFormatException when the value is no number of 64 bits
   * @throws ArithmeticException when the sum would be none
   */
  long add(String key, long more);

  /** Lets a value expire after {@code life}; false when there is none. */
  boolean expire(String key, Duration life);

  /** How many seconds a value still lives, rounded up; -1 for no end, -2 when there is none. */
  long secondsLeft(String key);
}
