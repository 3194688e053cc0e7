// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.shared;

import io.thousandisland.telemetry.Detail;
import io.thousandisland.telemetry.TelemetryEvent;
import io.thousandisland.telemetry.TelemetryListener;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/**
 * The distributor of one server's events to the listeners.
 *
 * <p>An event that no listener hears costs a volatile read, and a question to each listener:
 * callers ask {@link #on} before they make an event.
 *
 * <p>Thread: any.
 */
public final class Telemetry {

  /**
   * Replaced as a whole when listeners come and go; an array, because each read and send looks
   * here.
   */
  private volatile TelemetryListener[] listeners = {};

  /** Listeners whose first exception is reported; their further exceptions are not. */
  private final Set<TelemetryListener> failed = ConcurrentHashMap.newKeySet();

  /** True when a listener hears events of this detail. */
  public boolean on(Detail detail) {
    for (TelemetryListener listener : listeners) {
      if (hears(listener, detail)) {
        return true;
      }
    }
    return false;
  }

  /**
   * Whether {@code listener} hears such events. True when it throws, so that {@link #emit} asks
   * again and reports what it throws then.
   */
  private static boolean hears(TelemetryListener listener, Detail detail) {
    try {
      return listener.hears(detail);
    } catch (Throwable thrown) {
      return true;
    }
  }

  public synchronized void add(TelemetryListener listener) {
    change(all -> all.add(listener));
  }

  public synchronized void remove(TelemetryListener listener) {
    change(all -> all.remove(listener));
    failed.remove(listener);
  }

  private void change(Consumer<List<TelemetryListener>> change) {
    var all = new ArrayList<>(List.of(listeners));
    change.accept(all);
    listeners = all.toArray(TelemetryListener[]::new);
  }

  /**
   * Tells every listener that hears such events, on this thread. An exception of a listener reaches
   * neither the caller nor the other listeners.
   */
  public void emit(TelemetryEvent event) {
    for (TelemetryListener listener : listeners) {
      try {
        if (listener.hears(event.detail())) {
          listener.on(event);
        }
      } catch (Throwable thrown) { // a listener's trouble, whatever it is, stays its own
        report(event.server(), listener, thrown);
      }
    }
  }

  private void report(String server, TelemetryListener culprit, Throwable thrown) {
    if (!failed.add(culprit)) {
      return;
    }
    var event =
        new TelemetryEvent.TelemetryListenerFailed(server, culprit.getClass().getName(), thrown);
    for (TelemetryListener other : listeners) {
      if (other != culprit) {
        try {
          other.on(event);
        } catch (Throwable again) { // reported when it throws at another event
          continue;
        }
      }
    }
  }
}
