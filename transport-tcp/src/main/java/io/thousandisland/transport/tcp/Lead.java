// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.transport.tcp;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadFactory;

/**
 * The lead among several threads: the leader does work that only one thread may do at a time.
 *
 * <p>The leader may lend itself to other work. If that work takes long, another thread takes the
 * lead meanwhile, and the first thread finds that it has lost the lead when it is back (leader and
 * followers: Schmidt et al., Pattern-Oriented Software Architecture, volume 2, 2000).
 *
 * <pre>
 *              lend                passIfAway, passIfAwayForLong
 *   AT WORK  ────────▶  LENT  ─────────────────────────────────▶  AT WORK, another thread
 *      ▲                 │
 *      └───── back ──────┘
 * </pre>
 *
 * <p>Thread: as each method says.
 */
final class Lead {
  private static final VarHandle TRIPS;

  static {
    try {
      TRIPS = MethodHandles.lookup().findVarHandle(Lead.class, "trips", long.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final ThreadFactory threads;
  private final Runnable work;

  /**
   * How often a leader went or came back: odd while the leader is lent. The thread that wins the
   * change to an even number decides which thread leads from then on: the thread that comes back,
   * or another thread.
   */
  @SuppressWarnings("unused") // by VarHandle
  private volatile long trips;

  /** The trip that was under way at the last look; belongs to the thread that looks. */
  private long seen;

  /** Written by the thread that passes the lead on; read by any thread. */
  private volatile Thread leader;

  /**
   * @param work the work of each leader; returns when the leader has lost the lead
   */
  Lead(ThreadFactory threads, Runnable work) {
    this.threads = threads;
    this.work = work;
    leader = threads.newThread(work);
  }

  void start() {
    leader.start();
  }

  /** Whether the calling thread leads. Any thread. */
  boolean isMine() {
    return Thread.currentThread() == leader;
  }

  /**
   * The leader goes to do other work. The next leader sees all that this leader has written until
   * now.
   *
   * @return the argument for {@link #back}
   */
  long lend() {
    long trip = trips + 1;
    TRIPS.setRelease(this, trip);
    return trip;
  }

  /**
   * True when the thread that comes back still leads. Otherwise it has lost the lead for good,
   * though {@link #isMine} may say so only a moment later.
   */
  boolean back(long trip) {
    return TRIPS.compareAndSet(this, trip, trip + 1);
  }

  /**
   * Passes the lead to a new thread. The leader only, at work.
   *
   * @return true when no thread could be started, and the calling thread still leads
   */
  boolean pass() {
    long trip = lend();
    return !pass(trip) && back(trip);
  }

  /**
   * Passes the lead to a new thread if the calling thread is lent and still leads. Any thread.
   *
   * <p>The trip is read before the leader: a thread that leads has led all the time before, so the
   * trip is its own. In the other order another thread could take the lead between the two looks,
   * and the trip would be that of the other thread, or none.
   */
  void passIfAway() {
    long trip = trips;
    if (isLent(trip) && isMine()) {
      boolean unused = pass(trip);
    }
  }

  /**
   * Passes the lead to a new thread if the leader has been lent since the last call. One thread
   * only.
   */
  void passIfAwayForLong() {
    long now = trips;
    if (now != seen) {
      seen = now;
    } else if (isLent(now)) {
      boolean unused = pass(now);
    }
  }

  /**
   * Has a new thread lead, unless {@code trip} is over. The new thread is started before the lead
   * changes: without memory for a new thread, the leader goes on when it is back.
   *
   * @return whether a new thread leads
   */
  private boolean pass(long trip) {
    try {
      var chosen = new CompletableFuture<Boolean>();
      Thread next =
          threads.newThread(
              () -> {
                if (chosen.join()) {
                  work.run();
                }
              });
      next.start();
      boolean won = back(trip);
      if (won) {
        leader = next;
      }
      chosen.complete(won);
      return won;
    } catch (Throwable cannotStart) {
      return false;
    }
  }

  private static boolean isLent(long trip) {
    return (trip & 1) != 0;
  }
}
