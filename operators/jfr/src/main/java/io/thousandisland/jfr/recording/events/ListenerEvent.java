// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.jfr.recording.events;

import jdk.jfr.Category;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.Timespan;
import org.jspecify.annotations.Nullable;

/** A server listens at one of its addresses, listens there no more, or cannot. */
@Name("io.thousandisland.Listener")
@Label("Listener")
@Category({"Thousand Island", "Servers"})
public final class ListenerEvent extends OfServer {

  @Label("Change")
  public @Nullable String change;

  @Label("Address")
  public @Nullable String listen;

  @Label("Reason")
  public @Nullable String reason;

  @Label("Next Try")
  @Timespan(Timespan.NANOSECONDS)
  public long retryIn;
}
