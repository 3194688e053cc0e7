// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.admission;

import io.thousandisland.runtime.settings.AlarmSettings;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The alarm that sounds when a server has many connections, and then keeps silent for a while.
 *
 * <p>Thread: any.
 */
final class CrowdAlarm {

  /** No alarm has sounded yet. */
  private static final long NEVER = Long.MIN_VALUE;

  /** When it sounded last, in the sweeper's time. */
  private final AtomicLong last = new AtomicLong(NEVER);

  /**
   * Whether to sound now that a connection has come.
   *
   * @param count the live connections with this one
   * @param now in the sweeper's time
   */
  boolean sounds(int count, AlarmSettings settings, long now) {
    if (settings.connections() == 0 || count < settings.connections()) {
      return false;
    }
    long before = last.get();
    boolean isQuiet = before == NEVER || now - before >= settings.cooldown().toNanos();
    return isQuiet && last.compareAndSet(before, now);
  }
}
