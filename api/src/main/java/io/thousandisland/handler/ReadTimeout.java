// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.handler;

import java.time.Duration;
import java.time.temporal.ChronoUnit;

/** How long a connection waits for its next data. */
public sealed interface ReadTimeout {

  /** No timeout at all. */
  Duration FOREVER = ChronoUnit.FOREVER.getDuration();

  /** The read timeout in force. */
  ReadTimeout AS_BEFORE = new AsBefore();

  /** See {@link ReadTimeout#AS_BEFORE}. */
  record AsBefore() implements ReadTimeout {}

  /** {@code timeout} from now, until the next data; then the read timeout as before. */
  record Once(Duration timeout) implements ReadTimeout {
    public Once {
      requirePositive(timeout);
    }
  }

  /** {@code timeout} from now on, counted from the last data. */
  record Always(Duration timeout) implements ReadTimeout {
    public Always {
      requirePositive(timeout);
    }
  }

  private static void requirePositive(Duration timeout) {
    if (!timeout.isPositive()) {
      throw new IllegalArgumentException("timeout is " + timeout + "; allowed: longer than zero");
    }
  }
}
