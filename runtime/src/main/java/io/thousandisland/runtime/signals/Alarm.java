// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.signals;

import io.thousandisland.transport.ThreadLender;

/**
 * A task that runs at a point in time, unless it is cancelled before. It ends a callback that has a
 * time limit and does not return.
 *
 * <p>An alarm costs no thread until it rings: it rests at the sweeper like an idle connection.
 *
 * <p>Thread: one thread sets and cancels it; it rings on a virtual thread of its own.
 */
public final class Alarm implements Signals.Resting {

  private final Signals signals;
  private final String label;
  private final Runnable ring;

  private Alarm(DeadlineSweeper sweeper, String label, Runnable ring) {
    this.signals = new Signals(sweeper, this);
    this.label = label;
    this.ring = ring;
  }

  /**
   * @param at in the sweeper's time; {@link Signals#NEVER} for an alarm that never rings
   */
  public static Alarm at(long at, DeadlineSweeper sweeper, String label, Runnable ring) {
    var alarm = new Alarm(sweeper, label, ring);
    alarm.signals.deadline(at);
    boolean unused = alarm.signals.rest(Signals.DEADLINE);
    return alarm;
  }

  /** Cancels the alarm. An alarm that rings at this very moment may still ring. */
  public void cancel() {
    signals.end();
  }

  @Override
  public void goOnHere(ThreadLender lender) {
    goOnElsewhere();
  }

  @Override
  public void goOnElsewhere() {
    Thread unused =
        Thread.ofVirtual().inheritInheritableThreadLocals(false).name(label).start(ring);
  }

  @Override
  public String threadName() {
    return label;
  }
}
