package io.thousandisland.runtime.settings;

/**
 * The limits on the memory that one connection may hold.
 *
 * @param read bytes of the largest pooled read buffer
 * @param unreadLimit the most bytes a handler may leave unread between callbacks
 * @param unsentLimit the most bytes that are kept for a peer which does not take them, when its
 *     handler is to leave or to finish
 * @param mailbox the most messages a connection's mailbox holds
 */
public record BufferSettings(int read, int unreadLimit, int unsentLimit, int mailbox) {

  static final BufferSettings DEFAULT = new BufferSettings(64 * 1024, 1 << 20, 1 << 20, 256);

  public BufferSettings {
    Checks.between("readBufferSize", read, 512, 1 << 24);
    Checks.between("unreadLimit", unreadLimit, read, 1 << 30);
    Checks.between("unsentLimit", unsentLimit, 0, 1 << 30);
    Checks.between("mailboxSize", mailbox, 1, 1 << 20);
  }
}
