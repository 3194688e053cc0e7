// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.jfr.recording.events;

import jdk.jfr.Category;
import jdk.jfr.Label;
import jdk.jfr.Name;
import org.jspecify.annotations.Nullable;

/** A callback of a handler that threw. */
@Name("io.thousandisland.HandlerFailure")
@Label("Handler Failure")
@Category({"Thousand Island", "Connections"})
public final class HandlerFailureEvent extends OfConnection {

  @Label("Callback")
  public @Nullable String callback;

  @Label("Reason")
  public @Nullable String reason;
}
