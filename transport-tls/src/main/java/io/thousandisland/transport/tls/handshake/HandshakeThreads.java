// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.transport.tls.handshake;

import java.time.Duration;
import java.util.concurrent.LinkedBlockingDeque;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * The few threads that calculate handshakes: signatures and key exchanges, which take a hundred
 * times as long as a message of an established connection. However many clients come at once, these
 * threads leave processors to the connections that are established.
 *
 * <p>The newest handshake comes first. Under a load that is too high the oldest clients have given
 * up already, or are about to; in the order of arrival all would be served too late.
 *
 * <p>Thread: any.
 */
public final class HandshakeThreads implements AutoCloseable {

  private static final Duration IDLE = Duration.ofSeconds(10);

  /** A queue whose newest entry comes first. */
  private static final class NewestFirst extends LinkedBlockingDeque<Runnable> {
    private static final long serialVersionUID = 1;

    @Override
    public boolean offer(Runnable work) {
      return offerFirst(work);
    }
  }

  private final ThreadPoolExecutor threads;

  /**
   * @param most how many handshakes are calculated at the same time; 1 or more
   * @param name of the threads
   */
  public HandshakeThreads(int most, String name) {
    ThreadFactory factory =
        Thread.ofPlatform()
            .daemon()
            .inheritInheritableThreadLocals(false)
            .name("thousandisland " + name + " handshakes ", 1)
            .factory();
    threads =
        new ThreadPoolExecutor(
            most, most, IDLE.toMillis(), TimeUnit.MILLISECONDS, new NewestFirst(), factory);
    threads.allowCoreThreadTimeOut(true);
  }

  /**
   * Does {@code work} soon. Between two steps the thread yields: a step takes less than a
   * millisecond of the processor, and a time slice three. In a storm the pollers would wait for the
   * whole slice.
   *
   * @throws java.util.concurrent.RejectedExecutionException after {@link #close}
   */
  @SuppressWarnings("ThreadPriorityCheck")
  public void execute(Runnable work) {
    threads.execute(
        () -> {
          work.run();
          Thread.yield();
        });
  }

  /** How many steps wait for a thread. */
  public int waiting() {
    return threads.getQueue().size();
  }

  /** Changes how many handshakes are calculated at the same time. */
  public void most(int most) {
    if (most > threads.getMaximumPoolSize()) {
      threads.setMaximumPoolSize(most);
      threads.setCorePoolSize(most);
    } else {
      threads.setCorePoolSize(most);
      threads.setMaximumPoolSize(most);
    }
  }

  /** Ends the threads when what waits is done. */
  @Override
  public void close() {
    threads.shutdown();
  }
}
