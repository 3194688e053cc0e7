// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.handler;

import java.net.SocketTimeoutException;

/**
 * No data came within the read timeout, or the peer was too slow for the server's rates. Passed on
 * or answered as a failure, it ends the connection in {@code handleTimeout}.
 */
public final class ReadTimeoutException extends SocketTimeoutException {
  private static final long serialVersionUID = 1L;

  public ReadTimeoutException() {
    super("no data within the read timeout");
  }
}
