// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.acceptance;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/** The frameworks for which there is a ready-made server. */
public enum Framework {
  FELIX,
  EQUINOX;

  /** The executable jar, as the build has left it. */
  public Path jar() {
    Path jar =
        Path.of(
                "..",
                "..",
                "bndrun",
                "target",
                "server-" + name().toLowerCase(Locale.ROOT) + ".jar")
            .toAbsolutePath()
            .normalize();
    if (!Files.exists(jar)) {
      throw new IllegalStateException(jar + " is not there: run `mvn -DskipTests package` first");
    }
    return jar;
  }
}
