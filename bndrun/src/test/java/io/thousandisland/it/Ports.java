// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.it;

import java.io.IOException;
import java.net.ServerSocket;

/** Ports that nobody listens at. */
final class Ports {

  private Ports() {}

  /** One of them; another program may take it before the caller does. */
  static int free() throws IOException {
    try (var free = new ServerSocket(0)) {
      return free.getLocalPort();
    }
  }
}
