// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.supervision;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Steps run one after the other, on a thread that exists only while there are steps. */
@Timeout(60)
class RestartThreadTest {

  private static final int PLACES = 4;

  /**
   * Runs as many steps as fit in 3 s, because beside busy processes each step may cost a time
   * slice.
   */
  @Test
  void noStepIsLostAndNoTwoOverlap() throws Exception {
    long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(3);
    var steps = new RestartThread("r");
    var inside = new AtomicInteger();
    var wrong = new AtomicInteger();
    var given = new AtomicInteger();
    var places = new Semaphore(PLACES); // few, so that the thread often ends and begins
    var callers = new ArrayList<Thread>();
    Runnable step =
        () -> {
          if (inside.incrementAndGet() != 1 || Thread.currentThread().isVirtual()) {
            wrong.incrementAndGet();
          }
          Thread.yield(); // long enough for an overlap
          inside.decrementAndGet();
          places.release();
        };
    for (int i = 0; i < 4; i++) {
      callers.add(
          Thread.ofVirtual()
              .start(
                  () -> {
                    for (int n = 0; n < 5_000 && System.nanoTime() < until; n++) {
                      places.acquireUninterruptibly();
                      given.incrementAndGet();
                      steps.execute(step);
                    }
                  }));
    }
    for (Thread caller : callers) {
      caller.join(); // the test has a time limit
    }
    assertThat(places.tryAcquire(PLACES, 30, TimeUnit.SECONDS))
        .as("%d of %d steps are left", PLACES - places.availablePermits(), given.get())
        .isTrue();
    assertThat(wrong).hasValue(0);
  }

  @Test
  void threadEndsWithItsLastStep() throws Exception {
    var steps = new RestartThread("r");
    var threads = new LinkedBlockingQueue<Thread>();
    steps.execute(() -> threads.add(Thread.currentThread()));
    Thread thread = threads.poll(20, TimeUnit.SECONDS);
    assertThat(thread.getName()).isEqualTo("r");
    assertThat(thread.isDaemon()).isTrue();
    thread.join(); // the test has a time limit
  }

  @Test
  void stepThatThrowsHarmsNoOtherAndLeavesNoInterrupt() throws Exception {
    var steps =
        new RestartThread(
            task -> {
              Thread thread = new Thread(task);
              thread.setUncaughtExceptionHandler((t, bug) -> {});
              return thread;
            },
            Thread.ofVirtual().factory());
    var seen = new LinkedBlockingQueue<Boolean>();
    var together = new CountDownLatch(1);
    steps.execute(
        () -> {
          Thread.currentThread().interrupt();
          while (together.getCount() > 0) {
            Thread.onSpinWait();
          }
          throw new IllegalStateException("on purpose");
        });
    steps.execute(() -> seen.add(Thread.currentThread().isInterrupted()));
    together.countDown();
    assertThat(seen.poll(20, TimeUnit.SECONDS)).isFalse();
  }

  @Test
  void stepRunsOnAVirtualThreadWhenTheSystemHasNoOther() throws Exception {
    var steps =
        new RestartThread(
            task -> {
              throw new OutOfMemoryError("on purpose");
            },
            Thread.ofVirtual().factory());
    var seen = new LinkedBlockingQueue<Boolean>();
    steps.execute(() -> seen.add(Thread.currentThread().isVirtual()));
    assertThat(seen.poll(20, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void stepsRunAsSoonAsThereIsMemoryForAThread() throws Exception {
    var failures = new AtomicInteger(3);
    var steps =
        new RestartThread(
            task -> {
              throw new OutOfMemoryError("on purpose");
            },
            task -> {
              if (failures.getAndDecrement() > 0) {
                throw new OutOfMemoryError("on purpose");
              }
              return Thread.ofVirtual().unstarted(task);
            });
    var seen = new LinkedBlockingQueue<Integer>();
    steps.execute(() -> seen.add(1));
    steps.execute(() -> seen.add(2));
    assertThat(seen.poll(20, TimeUnit.SECONDS)).isEqualTo(1);
    assertThat(seen.poll(20, TimeUnit.SECONDS)).isEqualTo(2);
  }
}
