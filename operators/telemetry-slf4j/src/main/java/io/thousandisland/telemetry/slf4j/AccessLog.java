// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.telemetry.slf4j;

import io.thousandisland.server.Addresses;
import io.thousandisland.telemetry.TelemetryEvent;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One line for each connection at its end: remote address, server, duration, bytes in and out, how
 * it ended. Off unless the logger {@code io.thousandisland.access} is at DEBUG.
 *
 * <p>Thread: any.
 */
final class AccessLog {

  private final Logger log;

  AccessLog() {
    this(LoggerFactory.getLogger("io.thousandisland.access"));
  }

  AccessLog(Logger log) {
    this.log = log;
  }

  boolean isOn() {
    return log.isDebugEnabled();
  }

  void on(TelemetryEvent.ConnectionStopped e) {
    if (isOn()) {
      log.debug(
          "{} {} {}ms in={} out={} {}",
          Addresses.text(e.span().remote()),
          e.server(),
          e.lasted().toMillis(),
          e.counters().bytesReceived(),
          e.counters().bytesSent(),
          Words.oneLine(Sentences.ending(e.ending())));
    }
  }
}
