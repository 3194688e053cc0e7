package io.thousandisland.runtime.server;

/**
 * How much a connection may hold in memory.
 *
 * @param read bytes of one pooled read buffer
 * @param unreadLimit the most bytes a handler may leave unread between callbacks
 * @param mailbox the most messages a connection's mailbox holds
 */
public record BufferSettings(int read, int unreadLimit, int mailbox) {

  static final BufferSettings DEFAULT = new BufferSettings(64 * 1024, 1 << 20, 256);

  public BufferSettings {
    Allowed.between("readBufferSize", read, 512, 1 << 24);
    Allowed.between("unreadLimit", unreadLimit, read, 1 << 30);
    Allowed.between("mailboxSize", mailbox, 1, 1 << 20);
  }
}
