// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.shared;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * A virtual thread that wakes an idle carrier twenty times a second on JDK 21, which may leave it
 * asleep while virtual threads wait for a carrier.
 *
 * <p>JDK 21's scheduler ({@code ForkJoinPool}) wakes a carrier when a thread is put into an empty
 * queue and not all carriers are awake. A carrier that finds all queues empty falls asleep, and
 * does not look again while another carrier is awake. So a thread that was put into a queue in
 * between waits for the carrier that is awake; if that carrier computes, for as long as it
 * computes. The queue is not empty then, so a thread that comes later wakes no carrier either.
 * There are as many queues for other threads as carriers, rounded up to a power of two. In JDK 25 a
 * carrier looks again after it has said that it sleeps ({@code ForkJoinPool.deactivate}).
 *
 * <p>The remedy is a virtual thread that waits for an object again and again. Up to JDK 23 {@code
 * Object.wait} keeps the thread on its carrier, so no other thread has to wake it up. Because that
 * carrier blocks, the scheduler activates another carrier in its place, whether its queues are
 * empty or not. The activated carrier looks into all queues. The watch occupies a carrier itself,
 * so it runs only where there are more carriers than processors.
 *
 * <p>Thread: a virtual thread of its own.
 */
public final class CarrierWatch implements AutoCloseable {

  /** The longest time for which a virtual thread may be forgotten. */
  private static final Duration EVERY = Duration.ofMillis(50);

  private static final int KEPT_ON_ITS_CARRIER_BEFORE = 24;

  private final Object carrier = new Object();
  private final CountDownLatch begun = new CountDownLatch(1);
  private final Thread thread =
      Thread.ofVirtual()
          .inheritInheritableThreadLocals(false)
          .name("thousandisland carrier watch")
          .unstarted(this::watch);

  /** Guarded by {@link #carrier}. */
  private boolean closed;

  private CarrierWatch() {}

  static CarrierWatch startedIfNeeded() {
    var watch = new CarrierWatch();
    if (Runtime.version().feature() < KEPT_ON_ITS_CARRIER_BEFORE && isCarrierToSpare()) {
      watch.thread.start();
      watch.awaitItsCarrier();
    }
    return watch;
  }

  /** Waits until the watch has a carrier. Until then it may be forgotten like any other thread. */
  private void awaitItsCarrier() {
    try {
      boolean unused = begun.await(1, TimeUnit.SECONDS); // a moment, unless all carriers are busy
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static boolean isCarrierToSpare() {
    int carriers = Integer.getInteger("jdk.virtualThreadScheduler.parallelism", 0);
    return carriers > Runtime.getRuntime().availableProcessors();
  }

  private void watch() {
    synchronized (carrier) {
      begun.countDown();
      while (!closed) {
        try {
          carrier.wait(EVERY.toMillis());
        } catch (InterruptedException e) {
          return; // no thread interrupts it
        }
      }
    }
  }

  @Override
  public void close() {
    synchronized (carrier) {
      closed = true;
      carrier.notifyAll();
    }
  }
}
