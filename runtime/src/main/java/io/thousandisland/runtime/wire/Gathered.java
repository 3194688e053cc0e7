// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.wire;

import io.thousandisland.runtime.shared.MemoryBudget;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * The bytes that a {@code receive(n)} or a {@code receiveUntil} has so far. Their buffer grows as
 * bytes arrive, and counts in the memory budget until it is handed over.
 *
 * <p>Thread: the connection's own.
 */
public final class Gathered {

  private final MemoryBudget memory;
  private final int wanted;
  private ByteBuffer bytes = ByteBuffer.allocate(0);

  public Gathered(MemoryBudget memory, int wanted) {
    this.memory = memory;
    this.wanted = wanted;
  }

  public int missing() {
    return wanted - bytes.position();
  }

  public boolean isComplete() {
    return missing() == 0;
  }

  /**
   * @param more at most the missing bytes
   * @throws IOException when the memory budget is used up
   */
  public void add(ByteBuffer more) throws IOException {
    makeRoom(more.remaining());
    bytes.put(more);
  }

  /**
   * Adds bytes of {@code from} until these bytes end with {@code delimiter}, or all that are wanted
   * are here, or {@code from} is empty. Looks at each byte once.
   *
   * @return true when these bytes end with {@code delimiter}; they did not before
   * @throws IOException when the memory budget is used up
   */
  public boolean addUntil(byte[] delimiter, ByteBuffer from) throws IOException {
    byte last = delimiter[delimiter.length - 1];
    while (from.hasRemaining() && !isComplete()) {
      int most = Math.min(missing(), from.remaining());
      int length = 1;
      while (length < most && from.get(from.position() + length - 1) != last) {
        length++;
      }
      add(from.slice().limit(length));
      from.position(from.position() + length);
      if (endsWith(delimiter)) {
        return true;
      }
    }
    return false;
  }

  private boolean endsWith(byte[] tail) {
    int begin = bytes.position() - tail.length;
    if (begin < 0) {
      return false;
    }
    for (int i = tail.length - 1; i >= 0; i--) {
      if (bytes.get(begin + i) != tail[i]) {
        return false;
      }
    }
    return true;
  }

  /** Adds the unread bytes of {@code in}, as many as are wanted. */
  public void addUnreadOf(Inbound in) throws IOException {
    int length = Math.min(wanted, in.unreadLength());
    makeRoom(length);
    bytes.limit(bytes.position() + length);
    in.moveUnreadTo(bytes);
    bytes.limit(bytes.capacity());
  }

  private void makeRoom(int more) throws IOException {
    int needed = bytes.position() + more;
    if (needed > bytes.capacity()) {
      // doubling keeps the copying linear in the bytes that arrive
      int length = (int) Math.min(wanted, Math.max(needed, 2L * bytes.capacity()));
      ByteBuffer larger = Unread.allocate(memory, length).put(bytes.flip());
      end();
      bytes = larger;
    }
  }

  /** All bytes, ready to be read from. */
  public ByteBuffer bytes() {
    return bytes.duplicate().flip();
  }

  /** Drops the bytes, which count no longer. */
  public void end() {
    memory.giveBack(bytes.capacity());
    bytes = ByteBuffer.allocate(0);
  }
}
