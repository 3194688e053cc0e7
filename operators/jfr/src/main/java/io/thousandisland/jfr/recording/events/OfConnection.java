// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.jfr.recording.events;

import jdk.jfr.Label;
import jdk.jfr.Registered;
import org.jspecify.annotations.Nullable;

/** An event of one connection. */
@Registered(false)
public abstract class OfConnection extends OfServer {

  /** Number of the connection, unique within the server. */
  @Label("Connection")
  public long connection;

  @Label("Remote Address")
  public @Nullable String remote;
}
