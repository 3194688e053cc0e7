// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.examples.gateway;

import java.io.IOException;

/**
 * There is no connection to the backend. This is no {@link IOException}: the server takes those for
 * the client's network, which breaks every day, and logs them at DEBUG. Anything else that a
 * handler throws is a WARN, and here an operator has to act. The message says all, so there is no
 * trace.
 */
final class UnreachableException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  UnreachableException(String backend, IOException reason) {
    super("no connection to " + backend + ": " + reason, null, false, false);
  }
}
