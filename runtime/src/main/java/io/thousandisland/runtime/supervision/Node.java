// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.supervision;

/**
 * One node of the tree: it is started, stopped, and may be started again.
 *
 * <p>Thread: its supervisor calls {@code start} and {@code stop} in turn, never both at the same
 * time, each time on the thread that has the turn. Neither method may start, stop, add to or remove
 * from the supervisor that calls it, nor wait for a thread that does.
 */
public interface Node {

  /** The name, for threads and events; unique among the node's siblings. */
  String name();

  /**
   * Starts and returns.
   *
   * @param crash where this incarnation reports, later and from any thread, that it crashed
   * @throws Exception when the node cannot start; then no part of it runs, and no stop follows
   */
  void start(CrashReport crash) throws Exception;

  /**
   * Stops and returns when stopped, bounded by the node's own timeouts. Called exactly once for
   * each start that succeeded, also when the node crashed since. Throws nothing.
   */
  void stop();
}
