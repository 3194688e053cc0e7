// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.wire;

import io.thousandisland.runtime.shared.MemoryBudget;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The bytes that a handler left unread in one callback. They come again, in front of the bytes that
 * arrive next. This is empty for most connections most of the time, and then holds no memory.
 *
 * <p>Thread: the connection's own; for {@link #length} any.
 */
public final class Unread {

  private final MemoryBudget memory;

  /** The unread bytes, ready to be read from, in a buffer of our own; null when there are none. */
  private @Nullable ByteBuffer kept;

  /** The buffer of our own that {@link #inFrontOf} gave out; null when none is given out. */
  private @Nullable ByteBuffer given;

  Unread(MemoryBudget memory) {
    this.memory = memory;
  }

  boolean isEmpty() {
    return kept == null;
  }

  /** How many bytes there are. For another thread it may be a moment old. */
  int length() {
    ByteBuffer now = kept;
    return now == null ? 0 : now.remaining();
  }

  /**
   * A buffer, ready to be written to, that begins with the unread bytes and has room for more:
   * {@code pooled} when they fit into it, else a buffer of our own. The caller gives it to {@link
   * #keep}.
   *
   * @throws UnreadLimitException when {@code limit} bytes are unread already
   * @throws IOException when the memory budget is used up
   */
  ByteBuffer inFrontOf(ByteBuffer pooled, int limit) throws IOException {
    ByteBuffer front = kept;
    if (front == null) {
      return pooled;
    }
    int length = front.remaining();
    if (length < pooled.remaining()) {
      pooled.put(front);
      end();
      return pooled;
    }
    if (length >= limit) {
      throw new UnreadLimitException(length, limit);
    }
    if (length <= front.capacity() / 2) {
      kept = null;
      given = front.compact();
      return front;
    }
    // doubling keeps the copying linear in the bytes that arrive
    ByteBuffer larger = allocate(memory, (int) Math.min(limit, 2L * length));
    larger.put(front);
    end();
    given = larger;
    return larger;
  }

  /**
   * Keeps the bytes left in {@code data}.
   *
   * @param data the buffer that {@link #inFrontOf} gave, ready to be read from
   * @throws IOException when the memory budget is used up
   */
  void keep(ByteBuffer data) throws IOException {
    boolean own = data == given;
    if (!data.hasRemaining()) {
      end();
    } else if (own) {
      kept = data;
      given = null;
    } else {
      kept = allocate(memory, data.remaining()).put(data).flip();
    }
  }

  /** Gives the unread bytes away; null when there are none. They do not count any more. */
  @Nullable ByteBuffer take() {
    ByteBuffer taken = kept;
    end();
    return taken;
  }

  /** Moves unread bytes to {@code into}, as many as fit. */
  int moveTo(ByteBuffer into) {
    ByteBuffer front = kept;
    if (front == null) {
      return 0;
    }
    int length = Math.min(front.remaining(), into.remaining());
    into.put(front.slice().limit(length));
    front.position(front.position() + length);
    if (!front.hasRemaining()) {
      end();
    }
    return length;
  }

  /** Gives all memory back; bytes that are still unread are lost. */
  void end() {
    ByteBuffer first = kept;
    ByteBuffer second = given;
    kept = null;
    given = null;
    if (first != null) {
      memory.giveBack(first.capacity());
    }
    if (second != null) {
      memory.giveBack(second.capacity());
    }
  }

  /**
   * A heap buffer of {@code length} bytes, counted in {@code memory}.
   *
   * @throws IOException when the budget is used up
   */
  static ByteBuffer allocate(MemoryBudget memory, int length) throws IOException {
    if (!memory.tryTake(length)) {
      throw new IOException(
          "no memory for "
              + length
              + " more bytes: the connections hold "
              + memory.used()
              + " of "
              + memory.limit()
              + " bytes together");
    }
    try {
      return ByteBuffer.allocate(length);
    } catch (OutOfMemoryError e) { // the budget is an estimate
      memory.giveBack(length);
      throw e;
    }
  }
}
