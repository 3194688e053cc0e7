// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.jfr.recording.events;

import jdk.jfr.Category;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.Timespan;
import org.jspecify.annotations.Nullable;

/** A handler that matches, but cannot be obtained. */
@Name("io.thousandisland.HandlerUnavailable")
@Label("Handler Unavailable")
@Category({"Thousand Island", "Servers"})
public final class HandlerUnavailableEvent extends OfServer {

  @Label("Handler")
  public @Nullable String handler;

  @Label("Reason")
  public @Nullable String reason;

  @Label("Next Try")
  @Timespan(Timespan.NANOSECONDS)
  public long retryIn;
}
