// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.jfr.recording.events;

import jdk.jfr.Category;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.Timestamp;
import org.jspecify.annotations.Nullable;

/** Certificates that a transport uses, cannot use, or will soon not be able to use. */
@Name("io.thousandisland.Certificates")
@Label("Certificates")
@Category({"Thousand Island", "Servers"})
public final class CertificatesEvent extends OfServer {

  @Label("Change")
  public @Nullable String change;

  @Label("Text")
  public @Nullable String text;

  @Label("Expires")
  @Timestamp(Timestamp.MILLISECONDS_SINCE_EPOCH)
  public long expires;
}
