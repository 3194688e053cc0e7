package io.thousandisland.runtime.handlers;

import io.thousandisland.runtime.signals.Signals;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The handler generation that new connections get, and the threads that wait for a generation while
 * there is none.
 *
 * <p>Thread: any thread reads and waits; only the server's own thread makes changes.
 */
public final class Handlers {

  /** Read by acceptors and new connections. */
  private volatile @Nullable Generation serving;

  /**
   * The time since which there is no handler, in the sweeper's time. {@link Signals#NEVER} while a
   * handler serves, and while the last handler is still leaving: otherwise the handler wait of its
   * connections could end while one of them delays the departure. Read by connections.
   */
  private volatile long absentSince = Signals.NEVER;

  /** No handler will come any more. Read by connections. */
  private volatile boolean closed;

  /** The number of connections that got no handler in time and were not reported. Any thread. */
  private final AtomicInteger unserved = new AtomicInteger();

  private final Set<Signals> waiting = ConcurrentHashMap.newKeySet();

  public @Nullable Generation serving() {
    return serving;
  }

  public long absentSince() {
    return absentSince;
  }

  /**
   * From now on new connections get {@code next}; if that is null, they wait. Does not close the
   * previous generation.
   */
  public void serve(@Nullable Generation next) {
    serving = next;
    absentSince = Signals.NEVER;
    if (next != null) {
      tellAll();
    }
  }

  /**
   * No handler serves, and none is leaving any more: the handler wait of all connections begins.
   */
  public void absent(long since) {
    absentSince = since;
    tellAll();
  }

  /** From now on no handler comes: connections without a handler get none. */
  public void close() {
    closed = true;
    tellAll();
  }

  public boolean isClosed() {
    return closed;
  }

  /** Counts a connection that ends because no handler came in time. */
  public void unserved() {
    unserved.incrementAndGet();
  }

  /** The number of {@link #unserved()} connections since the last call. */
  public int takeUnserved() {
    return unserved.getAndSet(0);
  }

  private void tellAll() {
    waiting.forEach(waiter -> waiter.raise(Signals.HANDLER));
  }

  /**
   * True when a generation serves. Else {@code me} is told HANDLER when a generation may serve,
   * until {@link #forget}.
   */
  public boolean servesOrTell(Signals me) {
    if (serving != null) {
      return true;
    }
    waiting.add(me);
    return serving != null; // read after adding: serve() changes first, and tells then
  }

  /** Stops telling {@code me}. */
  public void forget(Signals me) {
    waiting.remove(me);
  }

  /**
   * Waits until a generation other than {@code not} serves, the absence began at another time than
   * {@code knownAbsence}, no handler will come any more, or {@code otherwise} is raised.
   *
   * @return the reasons of {@code otherwise} that were raised; 0 when there is news
   */
  public int awaitNews(
      Signals me, @Nullable Generation not, long knownAbsence, boolean knownClosed, int otherwise) {
    waiting.add(me);
    try {
      for (; ; ) {
        // This looks after it has added itself; serve() and absent() change first and tell then.
        // So one of the two sees the other.
        Generation now = serving;
        if ((now != null && now != not) || absentSince != knownAbsence || closed != knownClosed) {
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
