// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.transport.tls.handshake;

import java.io.IOException;

/** The terms for a handshake that begins now. */
@FunctionalInterface
public interface Offering {

  /**
   * @throws IOException when nobody can be served; the message says why
   */
  Terms now() throws IOException;
}
