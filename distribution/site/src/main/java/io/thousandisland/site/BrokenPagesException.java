// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.site;

import java.util.List;

/** Faults of the pages that a person must repair. The message has a line for each. */
final class BrokenPagesException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  BrokenPagesException(List<String> faults) {
    super(String.join(System.lineSeparator(), faults));
  }
}
