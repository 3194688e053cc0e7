// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.embedded;

/**
 * Bytes and messages that wait.
 *
 * @param <B> as in {@link Keys}
 */
public sealed interface BufferKeys<B> extends Keys<B> permits ServerKeys {

  /** Bytes of the largest read buffer, 512 to 16777216. Default: 65536. */
  default B readBufferSize(int value) {
    return set("readBufferSize", value);
  }

  /** Most bytes that a handler may leave unread, readBufferSize to 1073741824. Default: 1048576. */
  default B unreadLimit(int value) {
    return set("unreadLimit", value);
  }

  /**
   * Most bytes kept for a slow peer while the handler must not wait, 0 to 1073741824. Default:
   * 1048576.
   */
  default B unsentLimit(int value) {
    return set("unsentLimit", value);
  }

  /** Most messages that wait for one connection, 1 to 1048576. Default: 256. */
  default B mailboxSize(int count) {
    return set("mailboxSize", count);
  }
}
