package io.thousandisland.runtime.supervision;

import java.time.Duration;

/**
 * Hears whether the tree under a {@link Root} is up.
 *
 * <p>Thread: the root's own, which waits: return soon. May call {@link Root#retryNow}, not {@link
 * Root#stop}. What is thrown goes to the thread's uncaught exception handler and harms nobody.
 */
public interface RootListener {

  /** Everything is started. */
  void up();

  /**
   * It could not start, or failed beyond its budget; everything of it is stopped.
   *
   * @param retryIn when it is started again
   */
  void down(Throwable reason, Duration retryIn);
}
