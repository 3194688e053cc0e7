// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.wire;

import static io.thousandisland.runtime.signals.Signals.NEVER;

import io.thousandisland.runtime.shared.MemoryBudget;
import io.thousandisland.transport.TransportSocket;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of one connection that were sent and that the kernel has not taken yet. They belong to
 * the connection and not to a handler, and travel with the connection. This is empty for most
 * connections most of the time, and then holds no memory.
 *
 * <p>One part of a file may be among them: bytes, then the file, then bytes. A second part waits,
 * so a connection keeps one descriptor at most. The part counts neither in the limit nor in the
 * memory budget, because it is not in memory.
 *
 * <p>Thread: the connection's own; for {@link #seen} any.
 */
public final class Unsent {

  private final MemoryBudget memory;

  /** The unsent bytes behind {@link #file}, ready to be read from; null when there are none. */
  private @Nullable ByteBuffer kept;

  /** With the bytes before it. Null when there is none, or it is sent and nothing is behind it. */
  private @Nullable Transfer file;

  /** The time by which the peer must have taken some of them, in the sweeper's time. */
  long flushBy = NEVER;

  /** The time since which nothing is read because of them, in the sweeper's time; or NEVER. */
  long readsNothingSince = NEVER;

  Unsent(MemoryBudget memory) {
    this.memory = memory;
  }

  boolean isEmpty() {
    return kept == null && file == null;
  }

  /** How many bytes there are in memory. */
  int length() {
    Transfer part = file;
    return length(kept) + (part == null ? 0 : length(part.ahead));
  }

  private static int length(@Nullable ByteBuffer bytes) {
    return bytes == null ? 0 : bytes.remaining();
  }

  /** How many bytes there are, the file's included. Any thread; may be a moment old. */
  long seen() {
    Transfer part = file;
    return length() + (part == null ? 0 : part.left());
  }

  /** Whether the next write need not wait for the peer: the last step was not cut short by it. */
  boolean hasRoom() {
    Transfer part = file;
    return part != null && (part.isSent() || (part.ahead == null && part.hasRoom()));
  }

  /**
   * Takes over a part of a file, behind the bytes that are here.
   *
   * @return false, and takes nothing, when another part is not sent yet
   */
  boolean add(Transfer part) {
    Transfer before = file;
    if (before != null && !before.isSent()) {
      return false;
    }
    part.ahead = kept;
    file = part;
    kept = null;
    return true;
  }

  /**
   * Takes over the bytes left in {@code data}, behind the bytes that are here.
   *
   * @param limit the most bytes that may be here then
   * @return false, and takes nothing, when there would be more, or the memory budget is used up
   */
  boolean add(ByteBuffer data, int limit) {
    return add(data, 0, limit);
  }

  /**
   * As {@link #add(ByteBuffer, int)}.
   *
   * @param expected the bytes to make room for at once
   */
  boolean add(ByteBuffer data, int expected, int limit) {
    long length = (long) length() + data.remaining();
    if (length > limit || !makeRoom(length(kept) + data.remaining(), expected)) {
      return false;
    }
    ByteBuffer now = kept;
    if (now != null) {
      append(data, now);
    }
    return true;
  }

  /** Moves the bytes that are here only when there is no room behind them. */
  private static void append(ByteBuffer data, ByteBuffer now) {
    int more = data.remaining();
    if (now.capacity() - now.limit() < more) {
      now.compact().flip();
    }
    int end = now.limit();
    now.limit(end + more).put(end, data, data.position(), more);
    data.position(data.limit());
  }

  /** Makes sure that {@code length} bytes fit, including the bytes that are kept. */
  private boolean makeRoom(int length, int expected) {
    ByteBuffer now = kept;
    int capacity = now == null ? 0 : now.capacity();
    if (length <= capacity) {
      return true;
    }
    int wanted = now == null ? Math.max(length, expected) : Math.max(length, 2 * capacity);
    if (!memory.tryTake(wanted - capacity)) {
      return false;
    }
    try {
      ByteBuffer larger = ByteBuffer.allocate(wanted);
      kept = now == null ? larger.limit(0) : larger.put(now).flip();
    } catch (OutOfMemoryError none) { // the budget is an estimate
      memory.giveBack(wanted - capacity);
      return false;
    }
    return true;
  }

  /**
   * Writes as many bytes as the kernel takes: those before the file, or a step of the file, or
   * those behind it. Never of two, because the bytes of the first would not be counted if the
   * second failed.
   *
   * @return the bytes taken
   */
  long writeTo(TransportSocket socket) throws IOException {
    Transfer part = file;
    return part == null || part.isSent() ? writeKept(socket) : writePart(part, socket);
  }

  private long writePart(Transfer part, TransportSocket socket) throws IOException {
    ByteBuffer before = part.ahead;
    if (before != null) {
      int taken = socket.write(before);
      if (!before.hasRemaining()) {
        part.ahead = null;
        memory.giveBack(before.capacity());
      }
      return taken;
    }
    long taken = part.writeTo(socket);
    if (part.isSent()) {
      part.close();
      file = kept == null ? null : part;
    }
    return taken;
  }

  private int writeKept(TransportSocket socket) throws IOException {
    file = null;
    ByteBuffer now = kept;
    if (now == null) {
      return 0;
    }
    int taken = socket.write(now);
    if (!now.hasRemaining()) {
      kept = null;
      memory.giveBack(now.capacity());
    }
    return taken;
  }

  /** Gives the memory back and closes the file; bytes that are still here are lost. */
  void end() {
    Transfer part = file;
    if (part != null) {
      file = null;
      part.close();
      giveBack(part.ahead);
    }
    ByteBuffer now = kept;
    kept = null;
    giveBack(now);
  }

  private void giveBack(@Nullable ByteBuffer bytes) {
    if (bytes != null) {
      memory.giveBack(bytes.capacity());
    }
  }
}
