package io.thousandisland.runtime.server;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;

/**
 * Waiting for threads, in spite of interrupts: who waits here has promised somebody an answer. The
 * interrupt is kept for whoever called.
 */
final class Joins {
  private Joins() {}

  @FunctionalInterface
  private interface Waiting {
    boolean run() throws InterruptedException;
  }

  static void join(Thread thread) {
    uninterrupted(
        () -> {
          thread.join();
          return true;
        });
  }

  /** True when {@code thread} ended by {@code deadline}, a {@link System#nanoTime}. */
  static boolean joinUntil(Thread thread, long deadline) {
    // join(Duration) takes one without length as "look once"
    return uninterrupted(
        () -> thread.join(Duration.ofNanos(Math.max(0, deadline - System.nanoTime()))));
  }

  static void await(CountDownLatch latch) {
    uninterrupted(
        () -> {
          latch.await();
          return true;
        });
  }

  private static boolean uninterrupted(Waiting waiting) {
    boolean interrupted = false;
    try {
      for (; ; ) {
        try {
          return waiting.run();
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
