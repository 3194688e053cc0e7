// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.benchmarks.sharing;

/** The ways in which a process gives up a port that another process shares. */
enum Departure {
  CLOSE("close"),
  ACCEPT_THEN_CLOSE("accept until nobody waits, then close"),
  LEAVE_ACCEPT_CLOSE("leave the selector, accept until nobody waits, then close"),
  STAND_STILL_THEN_CLOSE("stand still for 50 ms, then close"),
  STAND_STILL_LEAVE_ACCEPT_CLOSE("stand still for 50 ms, leave the selector, accept, then close"),
  KILL("killed (SIGKILL)");

  final String words;

  Departure(String words) {
    this.words = words;
  }

  boolean standsStill() {
    return this == STAND_STILL_THEN_CLOSE || this == STAND_STILL_LEAVE_ACCEPT_CLOSE;
  }

  boolean leavesSelector() {
    return this == LEAVE_ACCEPT_CLOSE || this == STAND_STILL_LEAVE_ACCEPT_CLOSE;
  }

  boolean accepts() {
    return this == ACCEPT_THEN_CLOSE || leavesSelector();
  }
}
