// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.transport.tls.handshake;

import java.util.concurrent.atomic.AtomicLong;

/**
 * The number of bytes that the unfinished handshakes of a transport may hold together: bytes that
 * have come and that nobody could use yet. Each has a usual greeting's size in any case.
 *
 * <p>Thread: any; no lock.
 */
public final class HandshakeBudget {

  /** In bytes; a greeting with a post-quantum key share and a ticket has some 2,500. */
  public static final int USUAL = 4 * 1024;

  private final long limit;
  private final AtomicLong used = new AtomicLong();

  /** An eighth of the largest heap. */
  public HandshakeBudget() {
    this(Runtime.getRuntime().maxMemory() / 8);
  }

  /**
   * @param limit bytes
   */
  public HandshakeBudget(long limit) {
    this.limit = limit;
  }

  /** The bytes that are taken. */
  public long used() {
    return used.get();
  }

  private boolean tryTake(long bytes) {
    if (used.addAndGet(bytes) <= limit) {
      return true;
    }
    used.addAndGet(-bytes);
    return false;
  }

  /**
   * The bytes that one handshake has taken.
   *
   * <p>Thread: any; guarded by its monitor.
   */
  final class Share {

    private long taken;
    private boolean ended;

    /**
     * Takes account of {@code bytes} that are here while the handshake pauses.
     *
     * @return false when the budget does not have them
     */
    synchronized boolean hold(int bytes) {
      long wanted = ended ? 0 : Math.max(0, bytes - USUAL);
      if (wanted > taken && !tryTake(wanted - taken)) {
        return false;
      }
      if (wanted < taken) {
        used.addAndGet(wanted - taken);
      }
      taken = wanted;
      return true;
    }

    /** The handshake has ended, or its connection. Gives all back. */
    synchronized void end() {
      ended = true;
      used.addAndGet(-taken);
      taken = 0;
    }
  }
}
