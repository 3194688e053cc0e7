// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.transport.tls.certificates;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** The bytes of a file that a configuration names. */
final class Content {

  /** In bytes; a list of revoked certificates may have some. */
  private static final int MOST = 16 << 20;

  private Content() {}

  /**
   * @param key of the configuration
   */
  static byte[] of(String key, Path file) throws UnusableException {
    byte[] all;
    try {
      if (!Files.readAttributes(file, "isRegularFile").containsValue(true)) {
        // a pipe may never have bytes, and a device no end
        throw new UnusableException(
            key,
            file,
            "is "
                + (Files.isDirectory(file) ? "a folder" : "no regular file")
                + "; a file is needed");
      }
      try (var in = Files.newInputStream(file)) {
        all = in.readNBytes(MOST + 1);
      }
    } catch (UnusableException e) {
      throw e;
    } catch (NoSuchFileException e) {
      throw new UnusableException(key, file, "does not exist", e);
    } catch (AccessDeniedException e) {
      throw new UnusableException(key, file, "may not be read by the user of this process", e);
    } catch (IOException e) {
      throw new UnusableException(key, file, "cannot be read: " + e, e);
    }
    if (all.length == 0) {
      throw new UnusableException(key, file, "is empty");
    } else if (all.length > MOST) {
      throw new UnusableException(key, file, "is longer than " + MOST + " bytes");
    }
    return all;
  }
}
