// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.transport.tcp;

import java.io.IOException;
import java.nio.channels.Selector;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;

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
    return Parking.WORKS ? VIRTUAL : PLATFORM;
  }

  /**
   * Whether a selector parks a virtual thread here. The JDK makes pollers of its own at the first
   * such wait. If that fails, for want of descriptors, it fails for as long as the process lives.
   * So the first wait is here, before there are clients.
   */
  private static final class Parking {
    private static final Duration PATIENCE = Duration.ofSeconds(1);
    static final boolean WORKS =
        Runtime.version().feature() >= SELECTORS_PARK_SINCE && worksFor(Selector::open);

    private Parking() {}
  }

  /** A way to open a selector. */
  interface Opening {
    Selector open() throws IOException;
  }

  static boolean worksFor(Opening opening) {
    var parked = new CompletableFuture<Boolean>();
    Thread unused =
        Thread.ofVirtual()
            .inheritInheritableThreadLocals(false)
            .start(() -> parked.complete(park(opening)));
    // handlers of other servers may keep every carrier: then it has worked for them
    return parked
        .completeOnTimeout(true, Parking.PATIENCE.toMillis(), TimeUnit.MILLISECONDS)
        .join();
  }

  private static boolean park(Opening opening) {
    try (Selector selector = opening.open()) {
      int unused = selector.select(1);
      return true;
    } catch (IOException | LinkageError noDescriptors) {
      return false;
    }
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
