// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.telemetry.slf4j;

import io.thousandisland.telemetry.TelemetryEvent;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A filter that lets the first of many events of a kind through and counts the others: events that
 * go on for as long as a server is in trouble must not fill the log. After each period with more
 * events it tells how many there were.
 *
 * <p>Thread: any.
 */
final class Repeats implements AutoCloseable {

  /**
   * Receives the number of events of a kind since the last report, and the last of these events.
   */
  interface Summary {
    void tell(int more, TelemetryEvent last);
  }

  /** Runs something after a while. */
  interface Clock {
    void in(Duration wait, Runnable task);
  }

  /** The counted events of one kind in one period. */
  private static final class Tally {
    int more;
    @Nullable TelemetryEvent last;
  }

  private final Duration period;
  private final Clock clock;
  private final Summary summary;

  /** Guarded by this. */
  private final Map<String, Tally> tallies = new HashMap<>();

  Repeats(Duration period, Clock clock, Summary summary) {
    this.period = period;
    this.clock = clock;
    this.summary = summary;
  }

  /** True when {@code event} is the first of its kind for a period. Other events are counted. */
  synchronized boolean isFirst(String kind, TelemetryEvent event) {
    Tally tally = tallies.get(kind);
    if (tally == null) {
      begin(kind);
      return true;
    }
    tally.more++;
    tally.last = event;
    return false;
  }

  private void begin(String kind) {
    tallies.put(kind, new Tally());
    try {
      clock.in(period, () -> periodIsOver(kind));
    } catch (RuntimeException | OutOfMemoryError noClock) { // stopped, or no thread is left
      tallies.remove(kind);
    }
  }

  private void periodIsOver(String kind) {
    Tally tally;
    synchronized (this) {
      tally = tallies.remove(kind);
      if (tally != null && tally.more > 0) {
        begin(kind);
      }
    }
    tell(tally);
  }

  private void tell(@Nullable Tally tally) {
    if (tally != null && tally.last != null) {
      summary.tell(tally.more, tally.last);
    }
  }

  /** Tells the counts of all kinds. */
  @Override
  public void close() {
    Map<String, Tally> rest;
    synchronized (this) {
      rest = new HashMap<>(tallies);
      tallies.clear();
    }
    rest.values().forEach(this::tell);
  }
}
