// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.transport.tls.records;

import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * A stock of buffers for encrypted bytes. A connection borrows one for a call, and holds none while
 * it waits. The buffers are heap buffers, because the JDK's ciphers work on arrays: they copy the
 * bytes of a direct buffer first.
 *
 * <p>Thread: any; it waits for nothing.
 */
public class Buffers {

  /** One more is garbage after its use. A power of two. */
  private static final int MOST = 16;

  private final int size;
  private final AtomicReferenceArray<@Nullable ByteBuffer> stock = new AtomicReferenceArray<>(MOST);

  /**
   * @param size of each buffer, in bytes
   */
  public Buffers(int size) {
    this.size = size;
  }

  /** An empty buffer. */
  public ByteBuffer borrow() {
    int first = (int) Thread.currentThread().threadId();
    for (int i = 0; i < MOST; i++) {
      int place = (first + i) & (MOST - 1);
      ByteBuffer there = stock.getPlain(place) == null ? null : stock.getAndSet(place, null);
      if (there != null) {
        return there.clear();
      }
    }
    return ByteBuffer.allocate(size);
  }

  /** Takes a buffer back that {@link #borrow} gave. */
  public void release(ByteBuffer buffer) {
    int first = (int) Thread.currentThread().threadId();
    for (int i = 0; i < MOST; i++) {
      int place = (first + i) & (MOST - 1);
      if (stock.getPlain(place) == null && stock.compareAndSet(place, null, buffer)) {
        return;
      }
    }
  }
}
