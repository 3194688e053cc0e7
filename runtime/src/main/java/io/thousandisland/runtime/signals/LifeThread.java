package io.thousandisland.runtime.signals;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The thread on which one server changes its state, one step after the other. So the state needs no
 * lock, and no lock is held when listeners of the change are told.
 *
 * <p>Steps are short: work that waits for connections has a thread of its own. The life thread is a
 * platform thread, so that handlers which keep every carrier busy cannot keep a server from being
 * stopped. It ends when there is nothing to do.
 */
public final class LifeThread implements Executor {

  private final ScheduledThreadPoolExecutor executor;

  /** The thread that runs steps now; callers read it to see whether they run on it. */
  private volatile @Nullable Thread current;

  public LifeThread(String server) {
    this.executor = new ScheduledThreadPoolExecutor(1, task -> thread(server, task));
    executor.setKeepAliveTime(5, TimeUnit.SECONDS);
    executor.allowCoreThreadTimeOut(true);
    executor.setRemoveOnCancelPolicy(true);
  }

  private Thread thread(String server, Runnable task) {
    Thread thread =
        Thread.ofPlatform()
            .daemon()
            .name(server + " server")
            .inheritInheritableThreadLocals(false)
            .unstarted(task);
    current = thread;
    return thread;
  }

  /** Runs {@code step} some time soon. */
  @Override
  public void execute(Runnable step) {
    executor.execute(() -> tell(step));
  }

  /** Runs {@code step} after {@code wait}, unless cancelled. */
  public Future<?> later(Duration wait, Runnable step) {
    return executor.schedule(() -> tell(step), wait.toNanos(), TimeUnit.NANOSECONDS);
  }

  /**
   * Runs a step that no caller waits for, and reports its exception, which would otherwise stay in
   * a future that no thread reads.
   */
  private static void tell(Runnable step) {
    try {
      step.run();
    } catch (Throwable bug) {
      Thread thread = Thread.currentThread();
      thread.getUncaughtExceptionHandler().uncaughtException(thread, bug);
    }
  }

  /** Runs {@code step} and returns when it is done. On the life thread itself: at once. */
  public <T> T call(Supplier<T> step) {
    if (Thread.currentThread() == current) {
      return step.get();
    }
    try {
      return CompletableFuture.supplyAsync(step, this).join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof RuntimeException unchecked) {
        throw unchecked;
      }
      throw e;
    }
  }

  /** As {@link #call}. */
  public void run(Runnable step) {
    call(
        () -> {
          step.run();
          return true;
        });
  }
}
