package io.thousandisland.runtime.server;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The thread on which one server changes its state, one step after the other; so that state needs
 * no lock, and no lock is held when listeners of the change are told.
 *
 * <p>Steps are short: who waits for connections does so on a thread of its own. A platform thread,
 * so that handlers which keep every carrier busy cannot keep a server from being stopped; it goes
 * away when there is nothing to do.
 */
final class LifeThread implements Executor {

  private final ThreadPoolExecutor executor;

  /** The thread that runs steps now; read by callers to see whether they are it. */
  private volatile @Nullable Thread current;

  LifeThread(String server) {
    this.executor =
        new ThreadPoolExecutor(
            1,
            1,
            5,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            task -> {
              Thread thread = Thread.ofPlatform().daemon().name(server + " server").unstarted(task);
              current = thread;
              return thread;
            });
    executor.allowCoreThreadTimeOut(true);
  }

  /** Runs {@code step} some time soon. */
  @Override
  public void execute(Runnable step) {
    executor.execute(step);
  }

  /** Runs {@code step} and returns when it is done. On the life thread itself: at once. */
  <T> T call(Supplier<T> step) {
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
  void run(Runnable step) {
    call(
        () -> {
          step.run();
          return true;
        });
  }
}
