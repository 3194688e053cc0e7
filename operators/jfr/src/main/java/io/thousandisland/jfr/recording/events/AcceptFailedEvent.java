// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.jfr.recording.events;

import jdk.jfr.Category;
import jdk.jfr.Label;
import jdk.jfr.Name;
import org.jspecify.annotations.Nullable;

/** One connection could not be accepted. */
@Name("io.thousandisland.AcceptFailed")
@Label("Accept Failed")
@Category({"Thousand Island", "Servers"})
public final class AcceptFailedEvent extends OfServer {

  @Label("Acceptor")
  public int acceptor;

  @Label("Reason")
  public @Nullable String reason;
}
