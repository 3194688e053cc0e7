// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.jfr.recording.events;

import jdk.jfr.Category;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.Period;
import org.jspecify.annotations.Nullable;

/** A snapshot of a server, taken periodically. */
@Name("io.thousandisland.Server")
@Label("Server")
@Category({"Thousand Island", "Servers"})
@Period("10 s")
public final class ServerEvent extends OfServer {

  @Label("Status")
  public @Nullable String status;

  @Label("Ready")
  public boolean ready;

  @Label("Connections")
  public int connections;

  @Label("Most Connections")
  public int maxConnections;

  @Label("Accepted")
  public long accepted;

  @Label("Refused")
  public long refused;

  @Label("Handler Generation")
  public int generation;

  @Label("Handler")
  public @Nullable String handler;

  @Label("Drains under Way")
  public int drains;
}
