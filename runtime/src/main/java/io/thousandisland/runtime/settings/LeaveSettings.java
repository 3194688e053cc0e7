// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.settings;

import java.time.Duration;

/**
 * How gently a server and its connections leave.
 *
 * @param readyDelay the time for which a server that is to drain still accepts connections, while
 *     it says that it is not ready
 * @param spread the time over which the connections of a drain are advised, or moved, one after the
 *     other
 */
public record LeaveSettings(Duration readyDelay, Duration spread) {

  static final LeaveSettings DEFAULT = new LeaveSettings(Duration.ZERO, Duration.ZERO);

  public LeaveSettings {
    check(readyDelay);
    Checks.finite("drainSpread", spread);
  }

  /** Refuses a ready delay that is not allowed. */
  public static void check(Duration readyDelay) {
    Checks.finite("readyDelay", readyDelay);
  }

  /** The same with another spread. */
  public LeaveSettings withSpread(Duration other) {
    return new LeaveSettings(readyDelay, other);
  }
}
