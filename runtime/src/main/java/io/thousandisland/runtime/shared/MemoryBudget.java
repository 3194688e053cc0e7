// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.shared;

import java.util.concurrent.atomic.AtomicLong;

/**
 * The number of bytes that the connections of all servers may hold together: read buffers in use,
 * bytes left unread, bytes that {@code peerGone} has read ahead, bytes not sent yet, and bytes
 * gathered by a receive. Read buffers count even beyond the limit; they only get smaller.
 *
 * <p>The limit is a quarter of the largest heap. Read buffers are direct memory, whose limit equals
 * the largest heap unless it is set. The other bytes lie in the heap, where a quarter leaves room
 * for the connections themselves (1.3 to 3 KB each) and for the objects that the handlers keep.
 *
 * <p>Thread: any; no lock.
 */
public final class MemoryBudget {

  private final long limit;
  private final AtomicLong used = new AtomicLong();

  public MemoryBudget() {
    this(Runtime.getRuntime().maxMemory() / 4);
  }

  /**
   * @param limit bytes
   */
  public MemoryBudget(long limit) {
    this.limit = limit;
  }

  /** Takes {@code bytes}, unless that would exceed the limit. */
  public boolean tryTake(long bytes) {
    if (used.addAndGet(bytes) <= limit) {
      return true;
    }
    used.addAndGet(-bytes);
    return false;
  }

  /** Takes {@code bytes} even when that exceeds the limit: for bytes that must not be refused. */
  public void take(long bytes) {
    used.addAndGet(bytes);
  }

  /** Gives back {@code bytes} that were taken. */
  public void giveBack(long bytes) {
    used.addAndGet(-bytes);
  }

  public long used() {
    return used.get();
  }

  public long limit() {
    return limit;
  }

  /**
   * How short memory is, in steps: 0 while more than half of the limit is free. The other half
   * consists of {@code steps} equal parts, and each part that is begun is one step.
   */
  int step(int steps) {
    long rest = limit - limit / 2;
    long taken = used.get() - limit / 2;
    if (taken < 0) {
      return 0;
    }
    return (int) Math.min(steps, 1 + taken * steps / rest);
  }
}
