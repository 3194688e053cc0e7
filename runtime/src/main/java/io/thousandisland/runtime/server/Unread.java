package io.thousandisland.runtime.server;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The bytes a handler left unread in one callback, which come again in front of those that arrive
 * next. Empty for most connections most of the time, and then holds no memory.
 *
 * <p>Thread: the connection's own.
 */
final class Unread {

  /** Ready to be read from; null when there are none. */
  private @Nullable ByteBuffer kept;

  boolean isEmpty() {
    return kept == null;
  }

  /**
   * A buffer, ready to be written to, that begins with the unread bytes and has room for more:
   * {@code pooled} when they fit into it, else one of our own.
   *
   * @throws IOException when {@code limit} bytes are unread already
   */
  ByteBuffer inFrontOf(ByteBuffer pooled, int limit) throws IOException {
    ByteBuffer front = kept;
    if (front == null) {
      return pooled;
    }
    kept = null;
    int length = front.remaining();
    if (length < pooled.remaining()) {
      return pooled.put(front);
    }
    if (length >= limit) {
      throw new IOException("handler left " + length + " bytes unread; unreadLimit is " + limit);
    }
    if (length <= front.capacity() / 2 && !front.isDirect()) {
      return front.compact();
    }
    // doubling keeps the copying linear in what arrives
    return ByteBuffer.allocate((int) Math.min(limit, 2L * length)).put(front);
  }

  /** Keeps what {@code data} has left. {@code lent} says that its memory is not ours to keep. */
  void keep(ByteBuffer data, boolean lent) {
    if (!data.hasRemaining()) {
      kept = null;
    } else if (lent) {
      kept = ByteBuffer.allocate(data.remaining()).put(data).flip();
    } else {
      kept = data;
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
              + " unread bytes: the connections hold "
              + memory.used()
              + " of "
              + memory.limit()
              + " bytes together");
    }
    return ByteBuffer.allocate(length);
  }

  /** The connection is over. */
  void end() {
    kept = null;
  }

  /** Gives the unread bytes away; null when there are none. */
  @Nullable ByteBuffer take() {
    ByteBuffer taken = kept;
    kept = null;
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
    keep(front, false);
    return length;
  }
}
