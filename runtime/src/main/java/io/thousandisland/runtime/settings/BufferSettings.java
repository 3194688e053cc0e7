// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.settings;

/**
 * The limits on the memory that one connection may hold.
 *
 * @param read bytes of the largest pooled read buffer
 * @param unreadLimit a connection fails when it is to read and its handler has left this many bytes
 *     unread; also the most bytes that {@code peerGone} reads ahead
 * @param unsentLimit the most bytes that are kept for a slow peer while the handler must not wait:
 *     it is to leave or to finish, or runs on a lent thread
 * @param mailbox the most messages that a connection's mailbox holds
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
