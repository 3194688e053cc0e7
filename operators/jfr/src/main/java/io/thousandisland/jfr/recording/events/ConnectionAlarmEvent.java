// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.jfr.recording.events;

import jdk.jfr.Category;
import jdk.jfr.Label;
import jdk.jfr.Name;

/** There are as many connections as the alarm asks for. */
@Name("io.thousandisland.ConnectionAlarm")
@Label("Connection Alarm")
@Category({"Thousand Island", "Servers"})
public final class ConnectionAlarmEvent extends OfServer {

  @Label("Threshold")
  public int threshold;

  @Label("Connections")
  public int connections;
}
