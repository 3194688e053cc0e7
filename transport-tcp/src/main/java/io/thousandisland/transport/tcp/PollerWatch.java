// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.transport.tcp;

import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * A watch that looks now and then whether a poller's thread is lent for long, and has another
 * thread take the lead then. So a callback that blocks in spite of its promise holds up no other
 * connection for more than 20 ms. (Go's runtime watches system calls in this way.)
 *
 * <p>Thread: a platform thread of its own, so that no handler can keep it from a processor; parked
 * while all pollers sleep.
 */
final class PollerWatch {

  private static final long TICK = TimeUnit.MILLISECONDS.toNanos(10);

  private final Thread thread;

  /** Set before the thread starts. */
  private List<Poller> pollers = List.of();

  /** Read by pollers that begin to work. */
  private volatile boolean parked;

  private volatile boolean closed;

  PollerWatch() {
    thread =
        Thread.ofPlatform()
            .inheritInheritableThreadLocals(false)
            .daemon()
            .name("thousandisland tcp poller watch")
            .unstarted(this::run);
  }

  void start(List<Poller> watched) {
    pollers = watched;
    thread.start();
  }

  /**
   * A poller works again. It has said so before it calls this; we set {@code parked} before we
   * look.
   */
  void attend() {
    if (parked) {
      LockSupport.unpark(thread);
    }
  }

  void close() {
    closed = true;
    LockSupport.unpark(thread);
  }

  private void run() {
    while (!closed) {
      LockSupport.parkNanos(this, TICK);
      try {
        look();
      } catch (Throwable e) { // no memory, for example: the watch goes on
        parked = false;
      }
    }
  }

  private void look() {
    for (Poller poller : pollers) {
      poller.lookAfter();
    }
    parked = true;
    if (allSleep() && !closed) {
      LockSupport.park(this);
    }
    parked = false;
  }

  private boolean allSleep() {
    for (Poller poller : pollers) {
      if (!poller.sleeps()) {
        return false;
      }
    }
    return true;
  }
}
