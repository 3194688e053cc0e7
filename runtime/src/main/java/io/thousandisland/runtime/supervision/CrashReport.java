// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.supervision;

/**
 * The receiver of the crash report of one incarnation of a node. An incarnation lasts from a start
 * to the next.
 *
 * <p>Thread: any, the dying thread included. Returns at once and waits for no thread.
 */
@FunctionalInterface
public interface CrashReport {

  /**
   * Reports a crash. The first report of an incarnation counts; a report after its stop is ignored.
   */
  void crashed(Throwable reason);
}
