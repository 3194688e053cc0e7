// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.benchmarks.load;

import java.io.IOException;

/** A server that does not echo: measuring it means nothing. */
final class Wrong extends IOException {
  private static final long serialVersionUID = 1;

  Wrong(String message) {
    super(message);
  }
}
