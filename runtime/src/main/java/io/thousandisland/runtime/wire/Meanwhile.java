// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.wire;

import java.io.IOException;

/**
 * The work that a connection goes on doing while it waits for a handler.
 *
 * <p>Thread: the connection's own.
 */
public interface Meanwhile {
  /**
   * The reasons of {@link io.thousandisland.runtime.signals.Signals} that the work waits for; 0
   * when there is nothing to do.
   */
  int reasons();

  /** The latest time to do some of the work, in the sweeper's time. */
  long deadline();

  /** Does some of the work. */
  void goOn() throws IOException;
}
