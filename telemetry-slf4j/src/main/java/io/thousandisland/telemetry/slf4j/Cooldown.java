package io.thousandisland.telemetry.slf4j;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;

/**
 * Lets one of many alike through, and no more for a while: what goes on for as long as a server is
 * in trouble must not fill the log.
 *
 * <p>Thread: any.
 */
final class Cooldown {

  private final long nanos;
  private final LongSupplier nanoTime;
  private final Map<String, Long> last = new ConcurrentHashMap<>();

  Cooldown(Duration length, LongSupplier nanoTime) {
    this.nanos = length.toNanos();
    this.nanoTime = nanoTime;
  }

  /** True when the last {@code kind} that passed is long enough ago. */
  boolean passes(String kind) {
    long now = nanoTime.getAsLong();
    return last.merge(kind, now, (before, next) -> next - before < nanos ? before : next) == now;
  }
}
