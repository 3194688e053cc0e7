// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.jfr.recording.events;

import jdk.jfr.Category;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.Threshold;
import org.jspecify.annotations.Nullable;

/**
 * The handshake of a transport that has one, such as TLS. Over plain TCP it takes microseconds, and
 * stays below the threshold.
 */
@Name("io.thousandisland.Handshake")
@Label("Handshake")
@Category({"Thousand Island", "Connections"})
@Threshold("100 us")
public final class HandshakeEvent extends OfConnection {

  @Label("Failure")
  public @Nullable String failure;
}
