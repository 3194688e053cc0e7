// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.transport.tls;

import java.util.List;

/** A configuration that is not valid; the message names everything that is wrong with it. */
final class RefusedTls extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  private final transient List<String> each;

  RefusedTls(List<String> problems) {
    super(String.join("; ", problems));
    this.each = List.copyOf(problems);
  }

  /** The problems one by one. */
  List<String> each() {
    return each;
  }
}
