// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.jfr.recording.events;

import jdk.jfr.Category;
import jdk.jfr.Label;
import jdk.jfr.Name;
import org.jspecify.annotations.Nullable;

/** A binding of a handler that begins or ends. */
@Name("io.thousandisland.Generation")
@Label("Handler Generation")
@Category({"Thousand Island", "Servers"})
public final class GenerationEvent extends OfServer {

  @Label("Change")
  public @Nullable String change;

  @Label("Handler Generation")
  public int generation;

  @Label("Handler")
  public @Nullable String handler;

  @Label("Version")
  public @Nullable String version;

  @Label("Connections")
  public int connections;
}
