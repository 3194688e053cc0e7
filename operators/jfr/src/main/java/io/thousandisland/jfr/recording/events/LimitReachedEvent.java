// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.jfr.recording.events;

import jdk.jfr.Category;
import jdk.jfr.Label;
import jdk.jfr.Name;
import org.jspecify.annotations.Nullable;

/** A limit is reached, and further clients wait. */
@Name("io.thousandisland.LimitReached")
@Label("Limit Reached")
@Category({"Thousand Island", "Servers"})
public final class LimitReachedEvent extends OfServer {

  @Label("Acceptor")
  public int acceptor;

  @Label("Limit")
  public @Nullable String limit;

  @Label("Value of the Limit")
  public long value;
}
