// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.handler;

import java.net.SocketTimeoutException;

/**
 * The peer did not take the bytes within the send timeout, or was too slow for the server's rates.
 */
public final class SendTimeoutException extends SocketTimeoutException {
  private static final long serialVersionUID = 1L;

  public SendTimeoutException() {
    super("peer did not take the data within the send timeout");
  }
}
