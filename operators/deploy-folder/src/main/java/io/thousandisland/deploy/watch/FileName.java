// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.deploy.watch;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * The name of a file, read as UTF-8 whatever the locale of the process: in the locale {@code C}
 * Java keeps the bytes of a name, and shows question marks.
 */
public final class FileName {

  private FileName() {}

  public static String of(Path file) {
    String raw = file.toUri().getRawPath();
    String path = raw.endsWith("/") ? raw.substring(0, raw.length() - 1) : raw;
    String last = path.substring(path.lastIndexOf('/') + 1);
    return URLDecoder.decode(last.replace("+", "%2B"), StandardCharsets.UTF_8);
  }
}
