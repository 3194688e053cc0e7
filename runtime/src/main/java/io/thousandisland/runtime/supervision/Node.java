package io.thousandisland.runtime.supervision;

/**
 * One node of the tree: something that is started, stopped, and may be started again.
 *
 * <p>Thread: its supervisor calls {@code start} and {@code stop} in turn, never both at once, each
 * time on whatever thread has the turn. Neither may start, stop, add to or remove from the
 * supervisor that calls it, nor wait for a thread that does.
 */
public interface Node {

  /** For names of threads and events; unique among its siblings. */
  String name();

  /**
   * Starts and returns.
   *
   * @param crash where this incarnation reports, later and from any thread, that it crashed
   * @throws Exception when it cannot start; then nothing of it runs, and no stop follows
   */
  void start(Crash crash) throws Exception;

  /**
   * Stops and returns when stopped, bounded by the node's own timeouts. Called exactly once for
   * each start that succeeded, also when it crashed since. Throws nothing.
   */
  void stop();
}
