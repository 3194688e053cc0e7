// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.jfr.recording.events;

import jdk.jfr.Category;
import jdk.jfr.Label;
import jdk.jfr.Name;
import org.jspecify.annotations.Nullable;

/** A connection that could not go on with another handler, and is drained. */
@Name("io.thousandisland.MigrationDeclined")
@Label("Migration Declined")
@Category({"Thousand Island", "Connections"})
public final class MigrationDeclinedEvent extends OfConnection {

  @Label("Handler Generation")
  public int generation;

  @Label("Reason")
  public @Nullable String reason;
}
