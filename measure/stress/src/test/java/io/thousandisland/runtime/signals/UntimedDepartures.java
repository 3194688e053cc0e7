// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.signals;

/** Departures for which time stands still: the explorer knows no wait with a limit. */
public final class UntimedDepartures extends Departures {
  @Override
  @SuppressWarnings("WaitNotInLoop") // the loop is in the caller
  synchronized void pause(long nanos) throws InterruptedException {
    wait();
  }
}
