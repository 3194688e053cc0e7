// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.jfr.recording.events;

import jdk.jfr.Category;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.Timespan;
import org.jspecify.annotations.Nullable;

/** A drain that is over. */
@Name("io.thousandisland.Drain")
@Label("Drain")
@Category({"Thousand Island", "Servers"})
public final class DrainEvent extends OfServer {

  @Label("Drained")
  public @Nullable String what;

  @Label("Migrated")
  public int migrated;

  @Label("Graceful")
  public int graceful;

  @Label("Forced")
  public int forced;

  @Label("Lingering Threads")
  public @Nullable String lingering;

  @Label("Took")
  @Timespan(Timespan.NANOSECONDS)
  public long took;
}
