// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.admission;

import io.thousandisland.runtime.signals.Signals;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * The places that a server has for connections: a hard cap that can change while the server runs.
 *
 * <p>Thread: any. A cap that is lowered below the places in use takes no place from a connection;
 * it is reached as connections end.
 */
public final class Permits {

  // all guarded by this
  private final Deque<Signals> waiting = new ArrayDeque<>();
  private int limit;
  private int used;

  Permits(int limit) {
    this.limit = limit;
  }

  /** Takes a place if there is one. */
  public synchronized boolean tryAcquire() {
    if (used >= limit) {
      return false;
    }
    used++;
    return true;
  }

  /** Takes a place, or has {@code waiter} told PERMIT when there may be a place. */
  public synchronized boolean acquireOr(Signals waiter) {
    if (tryAcquire()) {
      waiting.remove(waiter);
      wake(); // several places may have come free while the first waiter was on its way
      return true;
    }
    if (!waiting.contains(waiter)) {
      waiting.add(waiter);
    }
    return false;
  }

  /**
   * Ends the wait of {@code waiter}; the place it may have been told of goes to the next waiter.
   */
  public synchronized void leave(Signals waiter) {
    waiting.remove(waiter);
    wake();
  }

  public synchronized void release() {
    used--;
    wake();
  }

  public synchronized void limit(int most) {
    limit = most;
    for (Signals waiter : waiting) {
      waiter.raise(Signals.PERMIT);
    }
  }

  public synchronized int limit() {
    return limit;
  }

  public synchronized int used() {
    return used;
  }

  /** Tells the first waiter, which stays queued until it has taken a place or left. */
  private void wake() {
    Signals first = waiting.peek();
    if (first != null && used < limit) {
      first.raise(Signals.PERMIT);
    }
  }
}
