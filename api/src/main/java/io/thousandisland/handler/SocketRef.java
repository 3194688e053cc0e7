// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.handler;

import org.osgi.annotation.versioning.ProviderType;

/**
 * A handle on a connection that may be kept and used by any thread, longer than the connection
 * lives. It keeps neither the connection nor its handler in memory.
 */
@ProviderType
public interface SocketRef {

  /** The connection's number, see {@link Socket#id}. */
  long id();

  /**
   * Puts {@code message} into the connection's mailbox, for {@code handleMessage}. Never blocks.
   *
   * @return false when the mailbox is full or the connection is gone: the message was not taken
   */
  boolean tell(Object message);

  /** Asks the connection to end, in {@code handleClose}, after the callback it is in. */
  void close();

  /** False once the connection has ended. */
  boolean open();
}
