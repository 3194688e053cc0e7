// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.handler;

/**
 * A handler cannot give a connection away, or cannot take it up. Nothing has failed: the connection
 * is drained instead.
 */
public final class MigrationDeclinedException extends Exception {
  private static final long serialVersionUID = 1L;

  /**
   * @param why the reason, for the operator
   */
  public MigrationDeclinedException(String why) {
    super(why);
  }
}
