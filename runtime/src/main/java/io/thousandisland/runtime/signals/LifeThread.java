// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.signals;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
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

  /** Whether the caller is a step, so that it must not wait for another step. */
  public boolean isCaller() {
    return Thread.currentThread() == current;
  }

  /** Runs {@code step} and returns when it is done. On the life thread itself: at once. */
  public <T> T call(Supplier<T> step) {
    if (isCaller()) {
      return step.get();
    }
    var call = new Call<>(step);
    execute(call);
    while (!call.isOver()) {
      goOn();
    }
    return call.outcome();
  }

  /** Starts a thread if there is none, though there are steps: for lack of memory, for example. */
  private void goOn() {
    try {
      boolean unused = executor.prestartCoreThread();
    } catch (OutOfMemoryError noThread) {
      // there may be one soon
    }
  }

  /**
   * A step that a caller waits for. It needs no memory to tell that it is over: otherwise the
   * caller could wait without end.
   */
  private static final class Call<T> implements Runnable {

    private static final Duration LOOK = Duration.ofSeconds(1);

    private final Supplier<T> step;
    private final CountDownLatch over = new CountDownLatch(1);

    // written by the step's thread before it counts down, read by the caller after that
    private @Nullable T result;
    private @Nullable Throwable failure;

    Call(Supplier<T> step) {
      this.step = step;
    }

    @Override
    public void run() {
      try {
        result = step.get();
      } catch (Throwable thrown) { // for the caller, whatever it is
        failure = thrown;
      } finally {
        over.countDown();
      }
    }

    /** Waits for a while. */
    boolean isOver() {
      return Uninterruptibly.awaitAll(List.of(over), Uninterruptibly.in(LOOK));
    }

    @SuppressWarnings("NullAway") // the step decides whether its result is null
    T outcome() {
      if (failure instanceof RuntimeException unchecked) {
        throw unchecked;
      } else if (failure != null) {
        throw new CompletionException("a step of a server failed", failure);
      }
      return result;
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
