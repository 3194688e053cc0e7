// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.jfr;

import io.thousandisland.server.Server;
import io.thousandisland.telemetry.TelemetryListener;

/**
 * The part that makes events for the Flight Recorder: of telemetry events, and of the servers from
 * time to time. It is public for {@link RecorderLoader}, whose classes are in another package at
 * run time.
 *
 * <p>Thread: any.
 */
public interface Recorder extends TelemetryListener, AutoCloseable {

  /** Takes snapshots of {@code server} from now on. */
  void add(Server server);

  /** Takes none any more. */
  void remove(Server server);

  /** Takes the events out of the Flight Recorder. Recordings under way keep what they have. */
  @Override
  void close();
}
