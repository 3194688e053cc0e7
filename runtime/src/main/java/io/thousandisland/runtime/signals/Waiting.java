package io.thousandisland.runtime.signals;

import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** The wait for the end of a drain, on a thread that is not ours. */
public final class Waiting {
  private Waiting() {}

  /**
   * Returns when {@code drain} is over, or after {@code longest}. An interrupt is kept for later.
   */
  public static void until(Future<?> drain, Duration longest) {
    long deadline = System.nanoTime() + longest.toNanos();
    boolean interrupted = false;
    try {
      for (; ; ) {
        try {
          drain.get(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
          return;
        } catch (InterruptedException e) {
          interrupted = true;
        } catch (ExecutionException | TimeoutException over) {
          // the thread that stops a bundle must not wait without end; the drain reports by events
          return;
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
