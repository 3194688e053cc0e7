// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.transport.tcp;

import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The threads that wait until a poller has released the keys that were cancelled so far.
 *
 * <p>Thread: any thread waits; the poller looks and grants.
 */
final class Releases {

  private final Queue<CountDownLatch> asked = new ConcurrentLinkedQueue<>();

  /** Asks for a release, for which {@link #await} waits. */
  CountDownLatch ask() {
    CountDownLatch release = new CountDownLatch(1);
    asked.add(release);
    return release;
  }

  /**
   * The release asked for first; null when there is none. The keys were cancelled before the
   * asking.
   */
  @Nullable CountDownLatch next() {
    return asked.poll();
  }

  boolean noneAsked() {
    return asked.isEmpty();
  }

  /** Grants all releases: everything is released. */
  void grantAll() {
    for (CountDownLatch release; (release = asked.poll()) != null; ) {
      release.countDown();
    }
  }

  /**
   * Waits in spite of interrupts, because the wait is short and its promise is worth more. Waits no
   * longer than {@code atMost}: a poller that takes longer is blocked by a callback, which is a bug
   * of that callback.
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
