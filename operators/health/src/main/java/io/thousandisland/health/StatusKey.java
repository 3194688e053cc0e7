// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.health;

import java.util.Locale;
import java.util.Optional;
import org.apache.felix.hc.api.Result.Status;

/**
 * A key of a configuration whose value is the status of a health check.
 *
 * @param value as configured
 */
record StatusKey(String key, String value) {

  private static final String ALLOWED = "OK, WARN, TEMPORARILY_UNAVAILABLE and CRITICAL";

  /** The status; empty when the value means none. */
  Optional<Status> status() {
    return switch (value.strip().toUpperCase(Locale.ROOT)) {
      case "OK" -> Optional.of(Status.OK);
      case "WARN" -> Optional.of(Status.WARN);
      case "TEMPORARILY_UNAVAILABLE" -> Optional.of(Status.TEMPORARILY_UNAVAILABLE);
      case "CRITICAL" -> Optional.of(Status.CRITICAL);
      default -> Optional.empty();
    };
  }

  /** The fault of a value that means no status, in words for an operator. */
  Optional<String> fault() {
    return status().isPresent()
        ? Optional.empty()
        : Optional.of(key + " is '" + value + "'; allowed are " + ALLOWED);
  }
}
