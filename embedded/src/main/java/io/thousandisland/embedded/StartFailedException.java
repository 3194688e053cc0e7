// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.embedded;

/** A server could not start. The message says why, as an operator needs it. */
public final class StartFailedException extends IllegalStateException {
  private static final long serialVersionUID = 1L;

  StartFailedException(String message) {
    super(message);
  }
}
