// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.handler;

/** The handler takes no messages; the connection goes on. */
public final class UnhandledMessageException extends Exception {
  private static final long serialVersionUID = 1L;

  public UnhandledMessageException(Object message) {
    super("handleMessage does not accept a " + message.getClass().getName());
  }
}
