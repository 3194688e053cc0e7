// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.choice;

import io.thousandisland.runtime.shared.Telemetry;
import io.thousandisland.telemetry.TelemetryListener;
import java.util.HashMap;
import java.util.Map;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Filter;
import org.osgi.framework.ServiceReference;

/**
 * The telemetry listeners that one server tells: all listeners that match its target.
 *
 * <p>Thread: any.
 */
public final class ListenerChoice {

  private final Telemetry telemetry;
  private final Candidates<TelemetryListener> candidates;

  /** The listeners that are told; guarded by this. */
  private final Map<Candidate<TelemetryListener>, TelemetryListener> told = new HashMap<>();

  /** Replaced when a configuration applies. */
  private volatile Filter target;

  public ListenerChoice(Telemetry telemetry, BundleContext context, Filter target) {
    this.telemetry = telemetry;
    this.candidates = new Candidates<>(context);
    this.target = target;
  }

  public void bound(ServiceReference<TelemetryListener> reference) {
    candidates.add(reference);
    choose();
  }

  public void unbound(ServiceReference<TelemetryListener> reference) {
    Candidate<TelemetryListener> gone = candidates.remove(reference);
    choose();
    if (gone != null) {
      gone.release();
    }
  }

  public void target(Filter other) {
    target = other;
    choose();
  }

  /**
   * Releases all listeners, for good. The server tells them nothing more and does not refer to
   * them, because somebody may keep a server that is gone, and would keep their bundles with it.
   */
  public void close() {
    synchronized (this) {
      told.values().forEach(telemetry::remove);
      told.clear();
    }
    candidates.releaseAll();
    candidates.forgetAll();
  }

  /** A listener that cannot be obtained is tried again whenever another listener comes or goes. */
  public void choose() {
    for (Candidate<TelemetryListener> candidate : candidates.matching(target)) {
      boolean unused = candidate.tryToObtain(); // without the lock: its component's code runs
    }
    synchronized (this) {
      var matching = candidates.matching(target);
      told.entrySet()
          .removeIf(
              entry -> {
                boolean over = !matching.contains(entry.getKey());
                if (over) {
                  telemetry.remove(entry.getValue());
                }
                return over;
              });
      for (Candidate<TelemetryListener> candidate : matching) {
        TelemetryListener listener = candidate.service();
        if (listener != null && told.putIfAbsent(candidate, listener) == null) {
          telemetry.add(listener);
        }
      }
    }
  }
}
