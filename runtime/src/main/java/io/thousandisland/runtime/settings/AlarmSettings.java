// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.settings;

import java.time.Duration;

/**
 * When an event tells that there are many connections.
 *
 * @param connections the number of live connections that sounds the alarm; 0 for no alarm
 * @param cooldown the shortest time between two alarms
 */
public record AlarmSettings(int connections, Duration cooldown) {

  static final AlarmSettings DEFAULT = new AlarmSettings(0, Duration.ofSeconds(5));

  public AlarmSettings {
    Checks.between("alarmConnections", connections, 0, Integer.MAX_VALUE);
    Checks.finite("alarmCooldown", cooldown);
  }
}
