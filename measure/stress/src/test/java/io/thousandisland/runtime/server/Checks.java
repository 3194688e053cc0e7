// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.server;

/** The checks of the models. */
public final class Checks {
  private Checks() {}

  public static void that(boolean holds, String otherwise) {
    if (!holds) {
      throw new IllegalStateException(otherwise);
    }
  }
}
