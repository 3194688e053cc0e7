// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.supervision;

/**
 * A listener that hears of a supervisor's acts.
 *
 * <p>Thread: the supervisor's own, with no lock held. The supervisor waits: return soon. A
 * throwable that a method throws goes to the thread's uncaught exception handler and does no harm.
 */
public interface Observer {

  /** A node is up again after it crashed, or after its last restart failed. */
  void restarted(String node, Throwable reason);

  /** A supervisor gave up; its children are stopped and the failure goes to the level above. */
  void budgetExhausted(String supervisor, Throwable reason);
}
