package io.thousandisland.transport.tls;

import java.util.concurrent.atomic.AtomicLong;

/**
 * The number of bytes that the unfinished handshakes of a transport may hold together: bytes that
 * have come and that nobody could use yet. Each has a usual greeting's size in any case.
 *
 * <p>Thread: any; no lock.
 */
final class HandshakeBudget {

  /** In bytes; a greeting with a post-quantum key share and a ticket has some 2,500. */
  static final int USUAL = 4 * 1024;

  private final long limit;
  private final AtomicLong used = new AtomicLong();

  /** An eighth of the largest heap. */
  HandshakeBudget() {
    this(Runtime.getRuntime().maxMemory() / 8);
  }

  /**
   * @param limit bytes
   */
  HandshakeBudget(long limit) {
    this.limit = limit;
  }

  /** Takes {@code bytes}, unless that would exceed the limit. */
  boolean tryTake(long bytes) {
    if (used.addAndGet(bytes) <= limit) {
      return true;
    }
    used.addAndGet(-bytes);
    return false;
  }

  /** Gives back {@code bytes} that were taken. */
  void giveBack(long bytes) {
    used.addAndGet(-bytes);
  }

  long used() {
    return used.get();
  }
}
