// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.jfr.recording.events;

import jdk.jfr.Category;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.Timespan;
import org.jspecify.annotations.Nullable;

/** No handler or no transport came in time, and the port is closed. */
@Name("io.thousandisland.WaitedInVain")
@Label("Waited in Vain")
@Category({"Thousand Island", "Servers"})
public final class WaitedInVainEvent extends OfServer {

  @Label("Reason")
  public @Nullable String reason;

  @Label("Waited")
  @Timespan(Timespan.NANOSECONDS)
  public long waited;

  @Label("Connections Closed")
  public int closed;
}
