// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.jfr.recording.events;

import jdk.jfr.Category;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.Timespan;
import org.jspecify.annotations.Nullable;

/** The process is out of file descriptors, and an acceptor waits. */
@Name("io.thousandisland.AcceptPaused")
@Label("Accept Paused")
@Category({"Thousand Island", "Servers"})
public final class AcceptPausedEvent extends OfServer {

  @Label("Acceptor")
  public int acceptor;

  @Label("Reason")
  public @Nullable String reason;

  @Label("Pause")
  @Timespan(Timespan.NANOSECONDS)
  public long pause;
}
