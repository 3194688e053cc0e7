// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.signals;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * The executor of tasks that the servers of this framework run a moment later, or on a thread that
 * no caller waits for.
 *
 * <p>Thread: any thread may call. Its own thread ends when there is nothing to do.
 */
public final class Later implements AutoCloseable {

  /** A completed future, for a caller that has asked for nothing yet. */
  public static final Future<?> NOTHING = CompletableFuture.completedFuture(null);

  private final ScheduledThreadPoolExecutor clock;

  public Later() {
    clock =
        new ScheduledThreadPoolExecutor(
            1,
            task ->
                Thread.ofPlatform()
                    .daemon()
                    .name("thousandisland servers")
                    .inheritInheritableThreadLocals(false)
                    .unstarted(task));
    clock.setKeepAliveTime(5, TimeUnit.SECONDS);
    clock.allowCoreThreadTimeOut(true);
    clock.setRemoveOnCancelPolicy(true);
    clock.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
  }

  /**
   * Runs {@code task}, which is short, after {@code wait}. It does not run when it was cancelled,
   * or this was closed, by then.
   */
  public Future<?> in(Duration wait, Runnable task) {
    try {
      return clock.schedule(task, wait.toNanos(), TimeUnit.NANOSECONDS);
    } catch (RejectedExecutionException closed) {
      return NOTHING; // the runtime stops: no server needs the task
    }
  }

  /** Runs {@code task}, which may take its time, on a thread of its own. */
  public CompletableFuture<Void> apart(String name, Runnable task) {
    var done = new CompletableFuture<Void>();
    Thread.ofPlatform()
        .daemon()
        .name(name)
        .inheritInheritableThreadLocals(false)
        .start(
            () -> {
              try {
                task.run();
                done.complete(null);
              } catch (Throwable thrown) { // for a caller that waits, if there is one
                done.completeExceptionally(thrown);
              }
            });
    return done;
  }

  /** As {@link #apart}, and waits for the task, but not longer than {@code patience}. */
  public void apartWithin(Duration patience, String name, Runnable task) {
    boolean unused = Uninterruptibly.await(apart(name, task), Uninterruptibly.in(patience));
  }

  @Override
  public void close() {
    clock.shutdown();
  }
}
