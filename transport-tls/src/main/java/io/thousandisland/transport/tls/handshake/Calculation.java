// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.transport.tls.handshake;

import java.io.IOException;
import java.nio.channels.AsynchronousCloseException;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * The work that a handshake leaves to the {@link HandshakeThreads}, one piece at a time: it takes a
 * processor for long, or asks somebody.
 *
 * <p>Thread: the connection's own, except {@link #abandon}, which any thread may call.
 */
final class Calculation {

  /** A piece of work. */
  interface Work {
    void run() throws Exception;
  }

  private final HandshakeThreads threads;

  /** Called when a piece is done, by the thread that has done it. */
  private final Runnable done;

  /** The exception of the last piece. Written before {@link #underWay} ends. */
  private @Nullable Throwable thrown;

  /** Whether a piece is under way. Written by the own thread and by the work; read by the own. */
  private volatile boolean underWay;

  /** The thread that asks; null while none does. Guarded by this. */
  private @Nullable Thread asking;

  /** Whether the connection was closed. Written by any thread, with the monitor held. */
  private volatile boolean abandoned;

  Calculation(HandshakeThreads threads, Runnable done) {
    this.threads = threads;
    this.done = done;
  }

  boolean isUnderWay() {
    return underWay;
  }

  /** The exception of the last piece, once; null when there was none. */
  @Nullable Throwable takeThrown() {
    Throwable taken = thrown;
    thrown = null;
    return taken;
  }

  /**
   * Has {@code work} done elsewhere.
   *
   * @throws IOException when the threads have ended
   */
  void begin(Work work) throws IOException {
    underWay = true;
    try {
      threads.execute(() -> run(work));
    } catch (RejectedExecutionException stopped) {
      underWay = false;
      throw new IOException("the tls transport has been stopped", stopped);
    }
  }

  /** As {@link #begin}, for work that {@link #abandon} interrupts. */
  void ask(Work work) throws IOException {
    begin(
        () -> {
          asks(Thread.currentThread());
          try {
            work.run();
          } finally {
            asks(null);
          }
        });
  }

  private void run(Work work) {
    try {
      if (abandoned) {
        throw new AsynchronousCloseException();
      }
      work.run();
    } catch (Throwable failed) {
      thrown = failed;
    } finally {
      underWay = false;
      done.run();
    }
  }

  private synchronized void asks(@Nullable Thread thread) throws AsynchronousCloseException {
    asking = thread;
    if (thread == null) {
      boolean unused = Thread.interrupted(); // the thread goes on with other handshakes
    } else if (abandoned) {
      throw new AsynchronousCloseException();
    }
  }

  /**
   * The connection was closed. A piece that waits will not be done, and one that asks is
   * interrupted: others wait for its thread.
   */
  synchronized void abandon() {
    abandoned = true;
    Thread thread = asking;
    if (thread != null) {
      thread.interrupt();
    }
  }
}
