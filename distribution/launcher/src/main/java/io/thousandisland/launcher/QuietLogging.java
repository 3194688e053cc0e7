// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.launcher;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.logging.LogManager;

/**
 * Java's own configuration of {@code java.util.logging}, from WARNING upwards: few libraries log
 * this way, and their lines at INFO are for their authors.
 *
 * <p>Made by {@link LogManager} when something first logs, as the property {@code
 * java.util.logging.config.class} says. Most processes never log this way, and need not set it up
 * at their start.
 */
public final class QuietLogging {

  private static final byte[] LEVEL = "\n.level = WARNING\n".getBytes(StandardCharsets.ISO_8859_1);

  public QuietLogging() throws IOException {
    Path ofJava = Paths.get(System.getProperty("java.home"), "conf", "logging.properties");
    ByteArrayOutputStream configuration = new ByteArrayOutputStream();
    if (Files.isReadable(ofJava)) { // an image made by jlink may lack it
      configuration.write(Files.readAllBytes(ofJava));
    }
    configuration.write(LEVEL); // the last value of a key counts
    LogManager.getLogManager()
        .readConfiguration(new ByteArrayInputStream(configuration.toByteArray()));
  }
}
