// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.supervision;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The top of a tree. It keeps one node up until it is stopped. When the node fails, the root waits
 * longer each time before it tries again. A root is used once; after {@link #stop} a new root takes
 * its place.
 *
 * <p>Thread: any thread may call. The node is started and stopped on one platform thread of the
 * root's own, so that handlers that hold every carrier do not stall it. That thread runs from start
 * to stop and is parked nearly always; a thread that has news for it sets a flag and unparks it.
 */
public final class Root {
  private final Node top;
  private final Backoff backoff;
  private final RootListener listener;
  private final Time time;
  private final Thread thread;

  // Set by any thread, read by the root's.
  private volatile boolean stopped;
  private volatile boolean retry;

  public Root(Node top, Backoff backoff, RootListener listener) {
    this(top, backoff, listener, Time.SYSTEM);
  }

  Root(Node top, Backoff backoff, RootListener listener, Time time) {
    this.top = top;
    this.backoff = backoff;
    this.listener = listener;
    this.time = time;
    this.thread =
        Thread.ofPlatform()
            .name("root " + top.name())
            .daemon()
            .inheritInheritableThreadLocals(false)
            .unstarted(this::keepUp);
  }

  /**
   * Begins to keep the node up and returns at once; the listener hears the outcome.
   *
   * @throws IllegalThreadStateException when called again
   */
  public void start() {
    thread.start();
  }

  /**
   * Ends the wait for the next try. While a try is in flight, ends the wait that follows if that
   * try fails. Without effect while the node is up.
   */
  public void retryNow() {
    retry = true;
    LockSupport.unpark(thread);
  }

  /**
   * Stops the node. Returns when the node is stopped and this root's thread is gone. Ends a wait
   * for the next try at once. Idempotent. The root ignores the node after that.
   *
   * @throws IllegalStateException when called by the node or the listener on the root's own thread
   */
  public void stop() {
    if (Thread.currentThread() == thread) {
      throw new IllegalStateException("the root's own thread cannot wait for its end");
    }
    stopped = true;
    LockSupport.unpark(thread);
    joinWhateverHappens();
  }

  private void keepUp() {
    int failures = 0;
    while (!stopped) {
      retry = false;
      Fate fate = live();
      Throwable reason = fate.reason();
      if (stopped || reason == null) {
        return;
      }
      failures = backoff.forgivenAfter(fate.up()) ? 1 : failures + 1;
      Duration wait = backoff.after(failures);
      long next = time.nanoTime() + wait.toNanos();
      Uncaught.isolate(() -> listener.down(reason, wait));
      pauseUntil(next);
    }
  }

  /**
   * How one life of the node ended.
   *
   * @param reason null when the node was told to end
   */
  private record Fate(@Nullable Throwable reason, Duration up) {}

  /** Runs one life of the node: from its start, if that succeeds, to its stop. */
  private Fate live() {
    var crash = new AtomicReference<@Nullable Throwable>();
    try {
      top.start(
          reason -> {
            crash.compareAndSet(null, reason);
            LockSupport.unpark(thread);
          });
    } catch (Throwable e) { // Errors too: a node that cannot start now may start later
      return new Fate(e, Duration.ZERO);
    }
    long since = time.nanoTime();
    Uncaught.isolate(listener::up);
    while (!stopped && crash.get() == null) {
      park(Long.MAX_VALUE);
    }
    Duration up = Duration.ofNanos(time.nanoTime() - since);
    retry = false; // a retry asked for while the node was up was granted already
    Uncaught.isolate(top::stop);
    return new Fate(crash.get(), up);
  }

  private void pauseUntil(long next) {
    long left;
    while (!stopped && !retry && (left = next - time.nanoTime()) > 0) {
      park(left);
    }
  }

  private void park(long nanos) {
    Thread.interrupted(); // a node may have left the interrupt set, and park would not wait
    time.park(this, nanos);
  }

  /**
   * Waits in spite of interrupts: to return before the node is stopped would be worse than to be
   * late for an interrupt.
   */
  private void joinWhateverHappens() {
    boolean interrupted = false;
    while (true) {
      try {
        thread.join();
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
