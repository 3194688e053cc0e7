// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.admission;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntPredicate;

/**
 * The number of live connections of a server, and the threads that wait for a number.
 *
 * <p>A connection first changes the number, and then looks whether a thread waits. A thread first
 * says that it waits, and then looks at the number. So one of the two sees the other, and a
 * connection pays a volatile read while no thread waits.
 *
 * <p>Thread: any.
 */
public final class Headcount {

  private final AtomicInteger count = new AtomicInteger();
  private final AtomicInteger waiting = new AtomicInteger();

  /** The number of changes while a thread waited; guarded by this. */
  private long changes;

  /** One more connection. Returns the number with it. */
  public int enter() {
    int now = count.incrementAndGet();
    tell();
    return now;
  }

  public void leave() {
    count.decrementAndGet();
    tell();
  }

  public int count() {
    return count.get();
  }

  private void tell() {
    if (waiting.get() > 0) {
      synchronized (this) {
        changes++;
        notifyAll();
      }
    }
  }

  private synchronized long changes() {
    return changes;
  }

  /**
   * Waits until {@code wanted} is true of the number. It is foreign code, and runs under no lock.
   *
   * @return false when it was not within {@code limit}
   */
  public boolean await(IntPredicate wanted, Duration limit) throws InterruptedException {
    long began = System.nanoTime();
    long nanos = limit.compareTo(Duration.ofDays(36_500)) < 0 ? limit.toNanos() : Long.MAX_VALUE;
    waiting.incrementAndGet();
    try {
      for (; ; ) {
        long seen = changes();
        if (wanted.test(count.get())) {
          return true;
        }
        if (!awaitChange(seen, began, nanos)) {
          return wanted.test(count.get());
        }
      }
    } finally {
      waiting.decrementAndGet();
    }
  }

  /** False when {@code nanos} have passed since {@code began} without a change. */
  private synchronized boolean awaitChange(long seen, long began, long nanos)
      throws InterruptedException {
    while (changes == seen) {
      long left = nanos - (System.nanoTime() - began);
      if (left <= 0) {
        return false;
      }
      TimeUnit.NANOSECONDS.timedWait(this, left);
    }
    return nanos - (System.nanoTime() - began) > 0;
  }
}
