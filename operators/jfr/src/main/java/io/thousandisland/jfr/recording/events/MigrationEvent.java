// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.jfr.recording.events;

import jdk.jfr.Category;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.Timespan;

/** A connection that went on with another generation of handlers. */
@Name("io.thousandisland.Migration")
@Label("Migration")
@Category({"Thousand Island", "Connections"})
public final class MigrationEvent extends OfConnection {

  @Label("From Generation")
  public int from;

  @Label("To Generation")
  public int to;

  @Label("Waited")
  @Timespan(Timespan.NANOSECONDS)
  public long waited;
}
