package io.thousandisland.runtime.admission;

import io.thousandisland.runtime.settings.AlarmSettings;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The alarm that sounds when a server has many connections, and then keeps silent for a while.
 *
 * <p>Thread: any.
 */
final class CrowdAlarm {

  /** When it may sound next, in the sweeper's time. */
  private final AtomicLong from = new AtomicLong(Long.MIN_VALUE);

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
    long before = from.get();
    return now >= before && from.compareAndSet(before, now + settings.cooldown().toNanos());
  }
}
