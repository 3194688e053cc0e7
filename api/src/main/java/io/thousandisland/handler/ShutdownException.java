// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.handler;

import java.io.IOException;

/**
 * The server shuts down while a handler waits for data. Passed on, it ends the connection in {@code
 * handleShutdown}.
 */
public final class ShutdownException extends IOException {
  private static final long serialVersionUID = 1L;

  public ShutdownException() {
    super("server is shutting down");
  }
}
