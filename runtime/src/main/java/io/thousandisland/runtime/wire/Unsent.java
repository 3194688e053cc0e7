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
 * <p>Thread: the connection's own; for {@link #length} any.
 */
public final class Unsent {

  private final MemoryBudget memory;

  /** The unsent bytes, ready to be read from; null when there are none. */
  private @Nullable ByteBuffer kept;

  /** The time by which the peer must have taken some of them, in the sweeper's time. */
  long flushBy = NEVER;

  /** The time since which nothing is read because of them, in the sweeper's time; or NEVER. */
  long readsNothingSince = NEVER;

  Unsent(MemoryBudget memory) {
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
    if (length > limit || !makeRoom((int) length, expected)) {
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

  /** Makes sure that {@code length} bytes fit, including the bytes that are here. */
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
   * Writes as many bytes as the kernel takes.
   *
   * @return the bytes taken
   */
  int writeTo(TransportSocket socket) throws IOException {
    ByteBuffer now = kept;
    if (now == null) {
      return 0;
    }
    int taken = socket.write(now);
    if (!now.hasRemaining()) {
      end();
    }
    return taken;
  }

  /** Gives the memory back; bytes that are still here are lost. */
  void end() {
    ByteBuffer now = kept;
    if (now != null) {
      kept = null;
      memory.giveBack(now.capacity());
    }
  }
}
