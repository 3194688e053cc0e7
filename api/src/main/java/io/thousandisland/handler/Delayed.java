// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.handler;

import org.osgi.annotation.versioning.ProviderType;

/**
 * A message that a connection has told itself for later ({@link Socket#tellLater}).
 *
 * <p>Thread: any.
 */
@ProviderType
public interface Delayed {

  /**
   * Cancels the message.
   *
   * @return false when the message is due or cancelled already, or the connection has ended
   */
  boolean cancel();
}
