// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.osgi.log;

import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * The line that is written for one entry or event.
 *
 * @param bundle the state of the bundle that the line is about; each update changes it
 */
record Line(String logger, Level level, String message, @Nullable Throwable thrown, String bundle) {

  Line at(Level other) {
    return new Line(logger, other, message, thrown, bundle);
  }

  Line saying(String other) {
    return new Line(logger, level, other, thrown, bundle);
  }

  void write() {
    LoggerFactory.getLogger(logger).atLevel(level).setCause(thrown).log(message);
  }
}
