package io.thousandisland.transport.tcp;

import java.util.concurrent.ThreadFactory;

/** The kind of thread that pollers run on. */
enum PollerThreads {
  /** Cheapest, where a selector parks a virtual thread: JDK 25 and later. */
  VIRTUAL {
    @Override
    Thread.Builder builder() {
      return Thread.ofVirtual();
    }
  },
  /** Where a selector would pin a virtual thread to its carrier. */
  PLATFORM {
    @Override
    Thread.Builder builder() {
      return Thread.ofPlatform().daemon();
    }
  };

  private static final int SELECTORS_PARK_SINCE = 25;

  static PollerThreads ofThisJdk() {
    return Runtime.version().feature() >= SELECTORS_PARK_SINCE ? VIRTUAL : PLATFORM;
  }

  abstract Thread.Builder builder();

  /** Numbered threads that keep nothing of the thread that happens to start them. */
  ThreadFactory factory() {
    return builder()
        .name("thousandisland tcp poller ", 1)
        .inheritInheritableThreadLocals(false)
        .factory();
  }
}
