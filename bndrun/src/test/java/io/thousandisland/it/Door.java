// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.it;

import java.io.IOException;

/** A way to connect to a server. */
@FunctionalInterface
interface Door {

  LineClient open() throws IOException;

  /** A plain connection to a port. */
  static Door plain(int port) {
    return () -> new LineClient(port);
  }
}
