package io.thousandisland.runtime.signals;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * What the servers of this framework do a moment later, or on a thread that nobody waits for.
 *
 * <p>Thread: any calls. Its own thread goes away when there is nothing to do.
 */
public final class Later implements AutoCloseable {

  /** For who has asked for nothing yet. */
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
   * Runs {@code task}, which is short, after {@code wait}; not at all when closed or cancelled by
   * then.
   */
  public Future<?> in(Duration wait, Runnable task) {
    try {
      return clock.schedule(task, wait.toNanos(), TimeUnit.NANOSECONDS);
    } catch (RejectedExecutionException closed) {
      return NOTHING; // the runtime stops: what was to be done is for nobody
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
              } catch (Throwable thrown) { // for who waits for it, if anybody does
                done.completeExceptionally(thrown);
              }
            });
    return done;
  }

  /** The same, and waits for it, but not longer than {@code patience}. */
  public void apartWithin(Duration patience, String name, Runnable task) {
    Waiting.until(apart(name, task), patience);
  }

  @Override
  public void close() {
    clock.shutdown();
  }
}
