// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.jfr.recording.events;

import jdk.jfr.Category;
import jdk.jfr.Label;
import jdk.jfr.Name;
import org.jspecify.annotations.Nullable;

/** A connection that was closed right after its accept. */
@Name("io.thousandisland.ConnectionRefused")
@Label("Connection Refused")
@Category({"Thousand Island", "Connections"})
public final class ConnectionRefusedEvent extends OfServer {

  @Label("Acceptor")
  public int acceptor;

  @Label("Remote Address")
  public @Nullable String remote;

  @Label("Limit")
  public @Nullable String limit;

  @Label("Value of the Limit")
  public long value;

  @Label("Reason")
  public @Nullable String reason;
}
