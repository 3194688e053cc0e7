package io.thousandisland.runtime.server;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Which handler generation new connections get, and who waits for one while there is none.
 *
 * <p>Thread: any reads and waits; only the server's own thread changes.
 */
final class Handlers {

  /** Read by acceptors and new connections. */
  private volatile @Nullable Generation serving;

  private final Set<Signals> waiting = ConcurrentHashMap.newKeySet();

  @Nullable Generation serving() {
    return serving;
  }

  /**
   * From now on new connections get {@code next}; null: they wait. Does not close the one before.
   */
  void serve(@Nullable Generation next) {
    serving = next;
    if (next != null) {
      waiting.forEach(waiter -> waiter.raise(Signals.HANDLER));
    }
  }

  /**
   * Waits until a generation serves, or {@code otherwise} is raised.
   *
   * @return what was raised of {@code otherwise}; 0 when a generation serves
   */
  int await(Signals me, int otherwise) {
    if (serving != null) {
      return me.take(otherwise);
    }
    waiting.add(me);
    try {
      for (; ; ) {
        // looked at after adding ourselves: serve() sets first and tells then, so one sees the
        // other
        if (serving != null) {
          return 0;
        }
        int got = me.await(Signals.HANDLER | otherwise) & otherwise;
        if (got != 0) {
          return got;
        }
      }
    } finally {
      waiting.remove(me);
    }
  }
}
