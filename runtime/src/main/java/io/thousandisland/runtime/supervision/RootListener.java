// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.supervision;

import java.time.Duration;

/**
 * A listener that hears whether the tree under a {@link Root} is up.
 *
 * <p>Thread: the root's own, which waits: return soon. May call {@link Root#retryNow}, not {@link
 * Root#stop}. A throwable that a method throws goes to the thread's uncaught exception handler and
 * does no harm.
 */
public interface RootListener {

  /** The whole tree is started. */
  void up();

  /**
   * The tree could not start, or failed beyond its budget; all of it is stopped.
   *
   * @param retryIn the wait until it is started again
   */
  void down(Throwable reason, Duration retryIn);
}
