// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.signals;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;

/**
 * Methods that wait for threads in spite of interrupts, because the caller has promised an answer.
 * The interrupt is kept for the caller.
 */
public final class Uninterruptibly {
  private Uninterruptibly() {}

  /**
   * The longest wait for a thread of ours that blocks on nothing. Such a thread ends at once,
   * unless handlers that compute without end hold every carrier; then no caller may wait for it.
   * Nothing breaks when the wait ends too early, because late results are looked for.
   */
  public static final Duration PROMPT = Duration.ofMillis(250);

  @FunctionalInterface
  private interface Wait {
    boolean run() throws InterruptedException;
  }

  /** The {@link System#nanoTime} that is {@code after} from now. */
  public static long in(Duration after) {
    return System.nanoTime() + after.toNanos();
  }

  /**
   * True when {@code condition} held by {@code deadline}, a {@link System#nanoTime}. The caller
   * holds {@code monitor}, which is notified when the condition may have changed.
   */
  public static boolean awaitUntil(Object monitor, BooleanSupplier condition, long deadline) {
    return uninterrupted(
        () -> {
          while (!condition.getAsBoolean()) {
            long left = deadline - System.nanoTime();
            if (left <= 0) {
              return false;
            }
            TimeUnit.NANOSECONDS.timedWait(monitor, left);
          }
          return true;
        });
  }

  /** True when all of {@code latches} are down by {@code deadline}. */
  public static boolean awaitAll(Collection<CountDownLatch> latches, long deadline) {
    boolean all = true;
    for (CountDownLatch latch : latches) {
      all &= uninterrupted(() -> latch.await(deadline - System.nanoTime(), TimeUnit.NANOSECONDS));
    }
    return all;
  }

  /**
   * True when {@code result} was there, a failure included, by {@code deadline}. For the thread
   * that stops a bundle, which must not wait without end: a drain reports its result by events.
   */
  public static boolean await(Future<?> result, long deadline) {
    return uninterrupted(
        () -> {
          try {
            result.get(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
            return true;
          } catch (ExecutionException failed) {
            return true;
          } catch (TimeoutException over) {
            return false;
          }
        });
  }

  /**
   * Returns when a virtual thread that starts now has run, and so those that were ready before it,
   * or after {@code most}.
   */
  public static void letReadyThreadsRun(Duration most) {
    var ran = new CountDownLatch(1);
    Thread.ofVirtual().inheritInheritableThreadLocals(false).start(ran::countDown);
    awaitAll(List.of(ran), in(most));
  }

  private static boolean uninterrupted(Wait wait) {
    boolean interrupted = false;
    try {
      for (; ; ) {
        try {
          return wait.run();
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
