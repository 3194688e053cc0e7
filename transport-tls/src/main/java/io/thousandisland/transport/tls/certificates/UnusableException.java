// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.transport.tls.certificates;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * A file that cannot be used. The message names the configuration key, the file, and what is wrong
 * with it; never a password or a part of a key.
 */
public final class UnusableException extends IOException {
  private static final long serialVersionUID = 1;

  /**
   * @param key of the configuration
   * @param what is wrong with {@code file}, in words
   */
  UnusableException(String key, Object file, String what) {
    this(key, file, what, null);
  }

  UnusableException(String key, Object file, String what, @Nullable Throwable cause) {
    super(key + ": " + file + " " + what, cause);
  }
}
