// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.signals;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * The place where drains wait for connections to end or to move.
 *
 * <p>A connection first goes (it leaves a set, or a generation), and then looks whether a drain
 * watches. A drain first says that it watches, and then looks which connections are still there. So
 * one of the two sees the other. A server that is not drained pays one volatile read for each
 * connection that ends.
 *
 * <p>Thread: any.
 */
public class Departures {

  private static final long LONG_LOOK = TimeUnit.MICROSECONDS.toNanos(500);
  private static final long LONGEST_REST = TimeUnit.MILLISECONDS.toNanos(10);

  private final AtomicInteger watching = new AtomicInteger();

  /** The count of departures; guarded by this. Only its change matters. */
  private long gone;

  /** Tells that a connection has ended or moved, or that there is another reason to look. */
  public void tell() {
    if (watching.get() > 0) {
      synchronized (this) {
        gone++;
        notifyAll();
      }
    }
  }

  /**
   * Waits until {@code nobodyLeft} is true. It is asked again after each departure.
   *
   * @param deadline a {@link System#nanoTime}
   * @param enough ends the wait when it is true; asked again after each {@link #tell}
   * @return false when the deadline has passed, or {@code enough} was true
   */
  public boolean await(BooleanSupplier nobodyLeft, long deadline, BooleanSupplier enough) {
    watching.incrementAndGet();
    boolean interrupted = false;
    try {
      for (; ; ) {
        long seen = gone();
        long looked = System.nanoTime();
        if (nobodyLeft.getAsBoolean()) { // foreign code, and slow for many: without the lock
          return true;
        }
        if (enough.getAsBoolean()) {
          return false;
        }
        rest(System.nanoTime() - looked, deadline);
        try {
          if (!awaitChange(seen, deadline)) {
            return nobodyLeft.getAsBoolean();
          }
        } catch (InterruptedException e) {
          interrupted = true; // the caller has promised an answer
        }
      }
    } finally {
      watching.decrementAndGet();
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /**
   * Rests after a long look, for a multiple of the time that the look took: so a drain leaves most
   * of a processor to the connections. With many connections a look takes time, and each departure
   * asks for a look.
   */
  private static void rest(long look, long deadline) {
    if (look >= LONG_LOOK) {
      long rest = Math.min(4 * look, LONGEST_REST);
      LockSupport.parkNanos(Math.min(rest, deadline - System.nanoTime()));
    }
  }

  private synchronized long gone() {
    return gone;
  }

  /** False when the deadline has passed, even if there is a change all the time. */
  private synchronized boolean awaitChange(long seen, long deadline) throws InterruptedException {
    for (; ; ) {
      long left = deadline - System.nanoTime();
      if (left <= 0) {
        return false;
      }
      if (gone != seen) {
        return true;
      }
      pause(left);
    }
  }

  /**
   * Releases the lock and waits for {@link #tell}, {@code nanos} at most. A model of this class
   * waits without a limit.
   */
  void pause(long nanos) throws InterruptedException {
    TimeUnit.NANOSECONDS.timedWait(this, nanos);
  }
}
