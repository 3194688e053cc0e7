package io.thousandisland.runtime.supervision;

/**
 * Hears what a supervisor did.
 *
 * <p>Thread: the supervisor's own, with no lock held. The supervisor waits: return soon. What is
 * thrown goes to the thread's uncaught exception handler and harms nobody.
 */
public interface Observer {

  /** A node crashed, or could not be started again the time before, and now is up again. */
  void restarted(String node, Throwable reason);

  /** A supervisor gave up; its children are stopped and the failure goes to the one above. */
  void budgetExhausted(String supervisor, Throwable reason);
}
