package io.thousandisland.runtime.wire;

import io.thousandisland.runtime.shared.MemoryBudget;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * The bytes that a {@code receive(n)} has so far. Their buffer grows as bytes arrive, and counts in
 * the memory budget until it is handed over.
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
