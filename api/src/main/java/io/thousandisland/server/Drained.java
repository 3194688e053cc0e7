// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.server;

import java.time.Duration;
import java.util.List;

/**
 * The result of a drain.
 *
 * @param migrated connections that live on, with another handler or waiting for one
 * @param graceful connections that ended by themselves or after saying goodbye
 * @param forced connections closed by force when the shutdown timeout was over
 * @param lingering names of the threads that ignore their closed socket and an interrupt, and run
 *     on
 * @param took time from the first advice to the last close
 */
public record Drained(
    int migrated, int graceful, int forced, List<String> lingering, Duration took) {

  /** A drain that found nothing to do. */
  public static final Drained NOTHING = new Drained(0, 0, 0, List.of(), Duration.ZERO);

  public Drained {
    lingering = List.copyOf(lingering);
  }
}
