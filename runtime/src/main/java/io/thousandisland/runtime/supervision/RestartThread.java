// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.supervision;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * A thread that runs steps one after the other, and exists only while there are steps: a supervisor
 * with nothing to repair costs no thread.
 *
 * <p>It is a platform thread. Supervision is needed most when handlers misbehave, and handlers that
 * compute without end hold every carrier: a virtual thread would wait for them.
 *
 * <p>Thread: any thread may call {@link #execute}, which never waits for a step. Without memory for
 * a thread it waits for memory.
 */
final class RestartThread implements Executor {
  /** Between two tries to start a thread, in nanoseconds. */
  private static final long PAUSE = 10_000_000;

  private final ThreadFactory platform;
  private final ThreadFactory virtual;
  private final Queue<Runnable> steps = new ConcurrentLinkedQueue<>();
  private final AtomicInteger left = new AtomicInteger(); // a thread exists while it is above 0

  RestartThread(String name) {
    // Inherits nothing: the thread that crashed may belong to a bundle that is about to go.
    this(
        Thread.ofPlatform().name(name).daemon().inheritInheritableThreadLocals(false).factory(),
        Thread.ofVirtual().name(name).inheritInheritableThreadLocals(false).factory());
  }

  RestartThread(ThreadFactory platform, ThreadFactory virtual) {
    this.platform = platform;
    this.virtual = virtual;
  }

  @Override
  public void execute(Runnable step) {
    steps.add(step);
    if (left.getAndIncrement() == 0) {
      while (!begin()) {
        LockSupport.parkNanos(PAUSE); // no step is run otherwise, not even later ones
      }
    }
  }

  /** False when there is no memory for a thread. */
  private boolean begin() {
    try {
      platform.newThread(this::run).start();
      return true;
    } catch (OutOfMemoryError noThread) {
      // The system has no thread left; perhaps that is the reason for the crash. A virtual thread
      // needs none, and a report must not be lost.
    }
    try {
      virtual.newThread(this::run).start();
      return true;
    } catch (OutOfMemoryError noMemory) {
      return false;
    }
  }

  private void run() {
    do {
      Thread.interrupted(); // left by a step, it would close the channels of the next step
      Uncaught.isolate(steps.remove());
    } while (left.decrementAndGet() > 0);
  }
}
