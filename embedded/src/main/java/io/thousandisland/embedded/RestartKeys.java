// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.embedded;

import java.time.Duration;

/**
 * The restarts of parts that crash.
 *
 * @param <B> as in {@link Keys}
 */
public sealed interface RestartKeys<B> extends Keys<B> permits ServerKeys {

  /** Restarts that a supervisor allows within {@link #restartWindow}, 0 to 1000. Default: 3. */
  default B restarts(int count) {
    return set("restarts", count);
  }

  /** Time in which restarts are counted, longer than 0 s. Default: 5 s. */
  default B restartWindow(Duration time) {
    return set("restartWindow", Texts.of(time));
  }
}
