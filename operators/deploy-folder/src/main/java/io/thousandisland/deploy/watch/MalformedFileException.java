// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.deploy.watch;

import java.io.IOException;

/** The exception for a file whose content is not of the form that its name promises. */
public final class MalformedFileException extends IOException {
  private static final long serialVersionUID = 1;

  public MalformedFileException(String message) {
    super(message);
  }
}
