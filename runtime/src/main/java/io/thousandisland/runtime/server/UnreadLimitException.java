package io.thousandisland.runtime.server;

import java.io.IOException;

/**
 * A handler left more bytes unread than {@code unreadLimit} allows: the handler waits for a message
 * that is longer, or never takes any.
 */
final class UnreadLimitException extends IOException {
  private static final long serialVersionUID = 1L;

  UnreadLimitException(int unread, int limit) {
    super(
        "the handler left "
            + unread
            + " bytes unread; allowed: unreadLimit = "
            + limit
            + "; raise it for longer messages, or take bytes sooner");
  }
}
