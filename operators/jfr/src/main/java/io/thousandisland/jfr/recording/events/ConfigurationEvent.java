// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.jfr.recording.events;

import jdk.jfr.Category;
import jdk.jfr.Label;
import jdk.jfr.Name;
import org.jspecify.annotations.Nullable;

/** A configuration that was refused, accepted after a refusal, or adjusted. */
@Name("io.thousandisland.Configuration")
@Label("Configuration")
@Category({"Thousand Island", "Servers"})
public final class ConfigurationEvent extends OfServer {

  @Label("Change")
  public @Nullable String change;

  @Label("Reason")
  public @Nullable String reason;
}
