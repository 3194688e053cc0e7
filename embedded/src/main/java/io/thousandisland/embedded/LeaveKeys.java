// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.embedded;

import java.time.Duration;

/**
 * The time that connections have when their server or their handler leaves.
 *
 * @param <B> as in {@link Keys}
 */
public sealed interface LeaveKeys<B> extends Keys<B> permits ServerKeys {

  /** Time that connections have after the advice to finish, 0 s to 24 h. Default: 10 s. */
  default B drainTimeout(Duration time) {
    return set("drainTimeout", Texts.of(time));
  }

  /** Time that the remaining connections then have together, 0 s to 24 h. Default: 15 s. */
  default B shutdownTimeout(Duration time) {
    return set("shutdownTimeout", Texts.of(time));
  }

  /**
   * Time for which a server that is to drain still accepts connections while it is not ready, 0 s
   * to 24 h: balancers then send no more clients. Default: 0 s.
   */
  default B readyDelay(Duration time) {
    return set("readyDelay", Texts.of(time));
  }

  /**
   * Time over which a drain advises its connections, or moves them, one after the other, 0 s to 24
   * h, at most {@link #drainTimeout}. Default: 0 s.
   */
  default B drainSpread(Duration time) {
    return set("drainSpread", Texts.of(time));
  }
}
