// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.component;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * A task that works on the newest state of something. It runs once at a time, and once more when it
 * was asked for meanwhile. No caller waits for another caller's run.
 *
 * <p>Thread: any.
 */
final class Newest {

  private final Runnable task;
  private final AtomicInteger asked = new AtomicInteger();

  Newest(Runnable task) {
    this.task = task;
  }

  /**
   * Returns when a run that began after this call is over, or when another thread is to make that
   * run.
   */
  void run() {
    if (asked.getAndIncrement() > 0) {
      return; // the thread that runs it now sees the change, or runs it again
    }
    int served;
    do {
      served = asked.get();
      try {
        task.run();
      } catch (Throwable thrown) {
        asked.set(0);
        throw thrown;
      }
    } while (asked.addAndGet(-served) > 0);
  }
}
