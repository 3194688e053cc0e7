package io.thousandisland.transport.tcp;

import java.util.concurrent.ThreadFactory;

/** The kind of thread that pollers run on. */
enum PollerThreads {
  /**
   * Cheapest for connections that have a virtual thread each: these connections run on the same
   * carrier when the poller steps aside. Since JDK 25 a selector parks such a thread.
   */
  VIRTUAL {
    @Override
    Thread.Builder builder() {
      return Thread.ofVirtual();
    }

    @Override
    Standby standby() {
      return Standby.unlimited();
    }
  },
  /**
   * Cheapest for connections that use the poller's own thread: the thread sleeps in the system call
   * itself. Nothing that handlers do to the carriers keeps the thread from its work.
   */
  PLATFORM {
    @Override
    Thread.Builder builder() {
      return Thread.ofPlatform().daemon();
    }

    @Override
    Standby standby() {
      return new Standby(Runtime.getRuntime().availableProcessors() + MOST_AWAY);
    }
  };

  /** Before this JDK a selector would pin a virtual thread to its carrier. */
  private static final int SELECTORS_PARK_SINCE = 25;

  /**
   * How many threads may wait inside callbacks. In addition, each poller has a place for the thread
   * that would follow its own. Waiting is rare, so few places are enough.
   */
  private static final int MOST_AWAY = 16;

  /** The kind of thread for pollers of connections that have a thread each. */
  static PollerThreads forOwnThreads() {
    return Runtime.version().feature() >= SELECTORS_PARK_SINCE ? VIRTUAL : PLATFORM;
  }

  abstract Thread.Builder builder();

  /** How many threads of all pollers together may be away. */
  abstract Standby standby();

  /** Numbered threads that keep nothing of the thread that happens to start them. */
  ThreadFactory factory() {
    return builder()
        .name("thousandisland tcp poller ", 1)
        .inheritInheritableThreadLocals(false)
        .factory();
  }
}
