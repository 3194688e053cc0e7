package io.thousandisland.runtime.wire;

/**
 * The failure of a handler that left more bytes unread than {@code unreadLimit} allows: the handler
 * waits for a longer message, or never takes any bytes. It is not an {@code IOException}, because
 * the network is not to blame and an operator should hear of it.
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
