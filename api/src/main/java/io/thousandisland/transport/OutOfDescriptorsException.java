// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.transport;

import java.io.IOException;

/** The process or the system has no descriptor left for another connection. */
public final class OutOfDescriptorsException extends IOException {
  private static final long serialVersionUID = 1L;

  public OutOfDescriptorsException(Throwable cause) {
    super("out of file descriptors", cause);
  }
}
