// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.inventory;

import io.thousandisland.telemetry.Detail;
import io.thousandisland.telemetry.TelemetryEvent;
import io.thousandisland.telemetry.TelemetryListener;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.osgi.service.component.annotations.Component;

/**
 * The drains that ended last, because a server itself knows only the drains under way.
 *
 * <p>Thread: any.
 */
@Component(service = {TelemetryListener.class, EndedDrains.class})
public final class EndedDrains implements TelemetryListener {

  /** The most drains that are kept, of all servers together. */
  static final int KEPT = 100;

  /** The most drains of one server that are shown. */
  static final int MOST = 5;

  /** The latest first. Guarded by itself. */
  private final Deque<EndedDrain> latest = new ArrayDeque<>();

  @Override
  public boolean hears(Detail detail) {
    return detail == Detail.SERVERS;
  }

  @Override
  public void on(TelemetryEvent event) {
    if (event instanceof TelemetryEvent.DrainEnded over) {
      synchronized (latest) {
        latest.addFirst(new EndedDrain(over.server(), over.what(), Instant.now(), over.result()));
        if (latest.size() > KEPT) {
          latest.removeLast();
        }
      }
    }
  }

  /** The drains of the server of this name, the latest first. */
  List<EndedDrain> of(String server) {
    synchronized (latest) {
      return latest.stream().filter(drain -> drain.server().equals(server)).limit(MOST).toList();
    }
  }
}
