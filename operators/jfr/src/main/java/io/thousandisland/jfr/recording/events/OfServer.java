// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.jfr.recording.events;

import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Registered;
import jdk.jfr.StackTrace;
import org.jspecify.annotations.Nullable;

/**
 * An event of one server, or of a transport that servers share. Stack traces are of no use: they
 * show how the runtime tells its listeners. The recorder registers the events, and takes them out
 * again.
 */
@Registered(false)
@StackTrace(false)
public abstract class OfServer extends Event {

  /** Name of the server, or of the transport. */
  @Label("Server")
  public @Nullable String server;
}
