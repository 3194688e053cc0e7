package io.thousandisland.transport.tcp;

import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Looks now and then whether a poller's thread is away for long with whom it was lent to, and has
 * another one take the lead then: who promised not to block, and does, holds up nobody for more
 * than 20 ms. (Go's runtime watches system calls in this way.)
 *
 * <p>Thread: a platform thread of its own, so that nobody can keep it from a processor; parked
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

  /** A poller works again. It has said so before it calls this; we park before we look. */
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
      } catch (Throwable e) { // no memory, say: the pollers are watched all the same
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
