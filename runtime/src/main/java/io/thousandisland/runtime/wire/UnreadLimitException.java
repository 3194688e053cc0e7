// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.wire;

/**
 * The failure of a handler that has left {@code unreadLimit} bytes unread, or more, when its
 * connection is to read again: the handler waits for a longer message, or takes no bytes. It is not
 * an {@code IOException}, because the network is not to blame and an operator should hear of it.
 */
public final class UnreadLimitException extends IllegalStateException {
  private static final long serialVersionUID = 1L;

  UnreadLimitException(int unread, int limit) {
    super(
        "the handler left "
            + unread
            + " bytes unread, and unreadLimit is "
            + limit
            + "; raise unreadLimit for longer messages, or read bytes sooner");
  }
}
