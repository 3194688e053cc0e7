package io.thousandisland.runtime.wire;

/**
 * A handler left more bytes unread than {@code unreadLimit} allows: the handler waits for a message
 * that is longer, or never takes any. Not an {@code IOException}: the network is not to blame, and
 * an operator should hear of it.
 */
public final class UnreadLimitException extends IllegalStateException {
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
