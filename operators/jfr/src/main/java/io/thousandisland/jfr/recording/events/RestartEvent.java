// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.jfr.recording.events;

import jdk.jfr.Category;
import jdk.jfr.Label;
import jdk.jfr.Name;
import org.jspecify.annotations.Nullable;

/** A part of a server crashed, and was started again or given up. */
@Name("io.thousandisland.Restart")
@Label("Restart")
@Category({"Thousand Island", "Servers"})
public final class RestartEvent extends OfServer {

  @Label("Node")
  public @Nullable String node;

  @Label("Gave Up")
  public boolean gaveUp;

  @Label("Reason")
  public @Nullable String reason;
}
