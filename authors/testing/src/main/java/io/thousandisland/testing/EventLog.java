// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.testing;

import io.thousandisland.telemetry.Detail;
import io.thousandisland.telemetry.TelemetryEvent;
import io.thousandisland.telemetry.TelemetryListener;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/**
 * The telemetry events of a {@link TestServer} since its start, in the order in which they
 * happened. The events of each receive and send are left out.
 *
 * <p>Thread: any.
 */
public final class EventLog {

  private static final Duration PATIENCE = Duration.ofSeconds(20);

  /** Guarded by this. */
  private final List<TelemetryEvent> events = new ArrayList<>();

  EventLog() {}

  TelemetryListener listener() {
    return new TelemetryListener() {
      @Override
      public void on(TelemetryEvent event) {
        add(event);
      }

      @Override
      public boolean hears(Detail detail) {
        return detail != Detail.TRAFFIC;
      }
    };
  }

  private synchronized void add(TelemetryEvent event) {
    events.add(event);
    notifyAll();
  }

  /** A copy of all events so far. */
  public synchronized List<TelemetryEvent> all() {
    return List.copyOf(events);
  }

  /** The events of one type so far. */
  public <E extends TelemetryEvent> List<E> of(Class<E> type) {
    return all().stream().filter(type::isInstance).map(type::cast).toList();
  }

  /**
   * The first event of a type; waits for it when it has not happened yet.
   *
   * @throws AssertionError when there is none within 20 s
   */
  public <E extends TelemetryEvent> E await(Class<E> type) throws InterruptedException {
    return await(type, event -> true);
  }

  /**
   * The first event of a type that {@code matches}; waits for it when it has not happened yet.
   *
   * @param matches called under a lock, so it must not wait
   * @throws AssertionError when there is none within 20 s
   */
  public synchronized <E extends TelemetryEvent> E await(Class<E> type, Predicate<E> matches)
      throws InterruptedException {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    for (; ; ) {
      Optional<E> found =
          events.stream().filter(type::isInstance).map(type::cast).filter(matches).findFirst();
      if (found.isPresent()) {
        return found.get();
      }
      long left = deadline - System.nanoTime();
      if (left <= 0) {
        throw new AssertionError(
            "no " + type.getSimpleName() + " within " + PATIENCE.toSeconds() + " s, but " + events);
      }
      TimeUnit.NANOSECONDS.timedWait(this, left);
    }
  }
}
