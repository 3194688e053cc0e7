// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.shared;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * The read buffers that connections borrow while they have data to read.
 *
 * <p>A connection holds a buffer from the moment data is there until its callback has returned, and
 * none while it waits. So there are about as many buffers as callbacks that run at the same time: a
 * few, or as many as connections when their callbacks wait for slow peers. A connection that
 * borrows says how much it would read ({@link io.thousandisland.runtime.wire.ReadSize}). The more
 * of the {@link MemoryBudget} is in use, the smaller are the buffers. The smallest buffers are
 * given in any case, so that every connection is served. Free buffers beyond {@link #KEPT} of a
 * size are left to the garbage collector.
 *
 * <p>Thread: any; no lock. A slot is emptied by an exchange and filled by a compare-and-set, so a
 * buffer is in one place only.
 */
public final class BufferPool {

  /** Free buffers kept of each size, a power of two. */
  private static final int KEPT = 64;

  /** The other sizes, in bytes: for connections that send little, and under memory pressure. */
  private static final int[] SMALLER = {16 << 10, 4 << 10, 1 << 10};

  /** The size of the last resort, in bytes; in the heap, where a small buffer costs least. */
  public static final int SMALLEST = 512;

  private final MemoryBudget memory;
  private final Shelf[] shelves;

  /** The free buffers of one size. */
  private static final class Shelf {
    private final AtomicReferenceArray<ByteBuffer> free = new AtomicReferenceArray<>(KEPT);
    private final int size;

    Shelf(int size) {
      this.size = size;
    }

    /** Throws OutOfMemoryError when there is no direct memory left. */
    ByteBuffer take() {
      for (int i = 0; i < KEPT; i++) {
        ByteBuffer found = free.getPlain(i) == null ? null : free.getAndSet(i, null);
        if (found != null) {
          return found.clear();
        }
      }
      return ByteBuffer.allocateDirect(size);
    }

    void putBack(ByteBuffer buffer) {
      for (int i = 0; i < KEPT; i++) {
        if (free.getPlain(i) == null && free.compareAndSet(i, null, buffer)) {
          return;
        }
      }
    }
  }

  /**
   * @param size bytes of one buffer while memory is not short
   */
  public BufferPool(int size, MemoryBudget memory) {
    this.memory = memory;
    var sizes = new ArrayList<Shelf>();
    sizes.add(new Shelf(size));
    for (int smaller : SMALLER) {
      if (smaller < size) {
        sizes.add(new Shelf(smaller));
      }
    }
    this.shelves = sizes.toArray(Shelf[]::new);
  }

  /** An empty buffer of the largest size, or of a smaller size while memory is short. */
  public ByteBuffer borrow() {
    return borrow(Integer.MAX_VALUE);
  }

  /**
   * An empty buffer, direct except for the last resort: the smallest that holds {@code wanted}
   * bytes, or the largest there is, or a smaller buffer while memory is short.
   */
  public ByteBuffer borrow(int wanted) {
    int first = memory.step(shelves.length);
    while (first + 1 < shelves.length && shelves[first + 1].size >= wanted) {
      first++;
    }
    for (int i = first; i < shelves.length; i++) {
      try {
        return counted(shelves[i].take());
      } catch (OutOfMemoryError none) { // other code uses direct memory, too: a smaller one may fit
        continue;
      }
    }
    return counted(ByteBuffer.allocate(SMALLEST));
  }

  private ByteBuffer counted(ByteBuffer buffer) {
    memory.take(buffer.capacity());
    return buffer;
  }

  /** Takes back a buffer that {@link #borrow} gave. */
  public void release(ByteBuffer buffer) {
    memory.giveBack(buffer.capacity());
    for (Shelf shelf : shelves) {
      if (shelf.size == buffer.capacity() && buffer.isDirect()) {
        shelf.putBack(buffer);
        return;
      }
    }
  }
}
