package io.thousandisland.transport.tcp;

import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Those who wait until a poller has released the keys that were cancelled so far.
 *
 * <p>Thread: any waits; the poller looks and grants.
 */
final class Releases {

  private final Queue<CountDownLatch> asked = new ConcurrentLinkedQueue<>();

  /** Asks for a release. {@link #await} what comes back. */
  CountDownLatch ask() {
    CountDownLatch release = new CountDownLatch(1);
    asked.add(release);
    return release;
  }

  /** Who asked first; null when nobody does. The cancellations come before the asking. */
  @Nullable CountDownLatch next() {
    return asked.poll();
  }

  boolean noneAsked() {
    return asked.isEmpty();
  }

  /** Everything is released. */
  void grantAll() {
    for (CountDownLatch release; (release = asked.poll()) != null; ) {
      release.countDown();
    }
  }

  /**
   * Waits in spite of interrupts, for the wait is short and its promise is worth more. At most so
   * long: a poller that takes longer is blocked by a callback, a bug of its own.
   */
  static void await(CountDownLatch release, Duration atMost) {
    boolean interrupted = false;
    long deadline = System.nanoTime() + atMost.toNanos();
    while (true) {
      try {
        boolean unused = release.await(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
        break;
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
