// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.inventory;

import io.thousandisland.server.Drained;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A drain that is over.
 *
 * @param server name of its server
 * @param what the thing that was drained, in words
 * @param at when it ended
 */
record EndedDrain(String server, String what, Instant at, Drained result) {

  Map<String, @Nullable Object> facts() {
    return new Facts()
        .text("what", what)
        .time("at", at)
        .number("migrated", result.migrated())
        .number("graceful", result.graceful())
        .number("forced", result.forced())
        .list("lingering", result.lingering())
        .millis("tookMillis", result.took())
        .all();
  }
}
