package io.thousandisland.transport.tcp;

import java.util.concurrent.ThreadFactory;

/** The kind of thread that pollers run on. */
enum PollerThreads {
  /**
   * Cheapest for connections that have a virtual thread each: these run on the same carrier when
   * the poller steps aside. Since JDK 25 a selector parks such a thread.
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
   * Cheapest for connections that use the poller's own thread: it sleeps in the system call itself.
   * And nothing that handlers do to the carriers keeps it from its work.
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

  /** Below that a selector would pin a virtual thread to its carrier. */
  private static final int SELECTORS_PARK_SINCE = 25;

  /**
   * So many threads may wait inside callbacks. Besides, each poller has a place for the thread that
   * would follow its own. Waiting is rare, so few are enough.
   */
  private static final int MOST_AWAY = 16;

  /** For connections that have a thread each. */
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
