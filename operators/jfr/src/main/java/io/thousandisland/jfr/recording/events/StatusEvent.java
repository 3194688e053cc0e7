// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.jfr.recording.events;

import jdk.jfr.Category;
import jdk.jfr.Label;
import jdk.jfr.Name;
import org.jspecify.annotations.Nullable;

/** A server has another status, or another reason for it. */
@Name("io.thousandisland.Status")
@Label("Status")
@Category({"Thousand Island", "Servers"})
public final class StatusEvent extends OfServer {

  @Label("From")
  public @Nullable String from;

  @Label("To")
  public @Nullable String to;

  @Label("Reason")
  public @Nullable String reason;
}
