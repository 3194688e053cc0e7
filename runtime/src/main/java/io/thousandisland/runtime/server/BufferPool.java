package io.thousandisland.runtime.server;

import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * The read buffers that connections borrow while they have something to read.
 *
 * <p>A connection holds one from the moment data is there until its callback has returned, none
 * while it waits. So there are about as many as callbacks run at once. Free ones beyond {@link
 * #KEPT} are left to the garbage collector.
 *
 * <p>Thread: any; no lock. A slot is emptied by an exchange and filled by a compare-and-set, so a
 * buffer is in one place only.
 */
final class BufferPool {

  /** Free buffers kept, a power of two. */
  private static final int KEPT = 64;

  private final AtomicReferenceArray<ByteBuffer> free = new AtomicReferenceArray<>(KEPT);
  private final int size;

  /**
   * @param size bytes of one buffer
   */
  BufferPool(int size) {
    this.size = size;
  }

  /** An empty direct buffer. */
  ByteBuffer borrow() {
    for (int i = 0; i < KEPT; i++) {
      ByteBuffer found = free.getPlain(i) == null ? null : free.getAndSet(i, null);
      if (found != null) {
        return found.clear();
      }
    }
    return ByteBuffer.allocateDirect(size);
  }

  /** Takes back what {@link #borrow} gave. */
  void release(ByteBuffer buffer) {
    for (int i = 0; i < KEPT; i++) {
      if (free.getPlain(i) == null && free.compareAndSet(i, null, buffer)) {
        return;
      }
    }
  }

  int size() {
    return size;
  }
}
