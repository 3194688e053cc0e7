// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.telemetry;

/** How closely a listener follows a server. Each event belongs to one detail. */
public enum Detail {
  /** The life of servers and handlers, and every event that an operator should look at. */
  SERVERS,
  /** The life of each connection. */
  CONNECTIONS,
  /** Each receive and send. */
  TRAFFIC
}
