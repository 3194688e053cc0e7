// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.wire;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.thousandisland.runtime.shared.MemoryBudget;
import java.nio.ByteBuffer;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * Bytes that a handler leaves unread come again, all of them, in order, in front of the next bytes.
 */
class UnreadTest {

  private final Unread unread = new Unread(new MemoryBudget(1L << 30));
  private final ByteBuffer pooled = ByteBuffer.allocateDirect(8);

  private static ByteBuffer bytes(String text) {
    return ByteBuffer.wrap(text.getBytes(US_ASCII));
  }

  private static String text(ByteBuffer data) {
    return US_ASCII.decode(data.duplicate()).toString();
  }

  @Test
  void nothingUnreadHoldsNoMemory() throws Exception {
    assertThat(unread.isEmpty()).isTrue();
    assertThat(unread.inFrontOf(pooled, 100)).isSameAs(pooled);
    unread.keep(pooled.put(bytes("ab")).flip().position(2));
    assertThat(unread.isEmpty()).isTrue();
    assertThat(unread.moveTo(ByteBuffer.allocate(4))).isZero();
  }

  @Test
  void whatIsKeptOfALentBufferIsACopy() throws Exception {
    pooled.put(bytes("abcd")).flip().position(1);
    unread.keep(pooled);
    pooled.clear().put(bytes("xxxxxxxx")).clear(); // as the next borrower does
    ByteBuffer front = unread.inFrontOf(pooled, 100);
    assertThat(front).isSameAs(pooled);
    assertThat(text(front.flip())).isEqualTo("bcd");
    assertThat(unread.isEmpty()).isTrue();
  }

  @Test
  void moreThanThePooledBufferHoldsGetsABufferOfItsOwnWithRoom() throws Exception {
    unread.keep(bytes("abcdefgh"));
    ByteBuffer front = unread.inFrontOf(pooled, 100);
    assertThat(front).isNotSameAs(pooled);
    assertThat(front.hasRemaining()).isTrue();
    assertThat(text(front.flip())).isEqualTo("abcdefgh");
  }

  @Test
  void limitIsKept() throws Exception {
    unread.keep(ByteBuffer.allocate(12));
    ByteBuffer front = unread.inFrontOf(pooled, 16);
    assertThat(front.capacity()).isEqualTo(16);
    unread.keep(front.clear());
    assertThatThrownBy(() -> unread.inFrontOf(pooled, 16))
        .isInstanceOf(UnreadLimitException.class)
        .hasMessageContaining("16 bytes unread")
        .hasMessageContaining("unreadLimit is 16");
  }

  @Test
  void moveToTakesAsManyAsFit() throws Exception {
    unread.keep(bytes("abcde"));
    ByteBuffer into = ByteBuffer.allocate(3);
    assertThat(unread.moveTo(into)).isEqualTo(3);
    assertThat(text(into.flip())).isEqualTo("abc");
    assertThat(unread.isEmpty()).isFalse();
    assertThat(unread.moveTo(into.clear())).isEqualTo(2);
    assertThat(text(into.flip())).isEqualTo("de");
    assertThat(unread.isEmpty()).isTrue();
  }

  /** A stream in pieces, read by a handler that takes random amounts, in both ways. */
  @Test
  void streamStaysWholeAndInOrderWhateverIsLeft() throws Exception {
    var random = new Random(42);
    byte expected = 0;
    byte arriving = 0;
    for (int round = 0; round < 200_000; round++) {
      if (random.nextInt(5) == 0) {
        ByteBuffer into = ByteBuffer.allocate(1 + random.nextInt(20));
        unread.moveTo(into);
        for (into.flip(); into.hasRemaining(); ) {
          assertThat(into.get()).isEqualTo(expected++);
        }
        continue;
      }
      ByteBuffer data = unread.inFrontOf(pooled.clear(), 1 << 20);
      for (int more = random.nextInt(data.remaining() + 1); more > 0; more--) {
        data.put(arriving++);
      }
      data.flip();
      // now and then nearly all bytes are left, so that they pile up
      int taken = random.nextInt(3) == 0 ? data.remaining() : random.nextInt(3);
      for (int i = Math.min(taken, data.remaining()); i > 0; i--) {
        assertThat(data.get()).isEqualTo(expected++);
      }
      unread.keep(data);
    }
  }
}
