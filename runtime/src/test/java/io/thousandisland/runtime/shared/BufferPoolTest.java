// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.shared;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Rule X5: read buffers are borrowed, and never by two at once. */
@Timeout(60)
class BufferPoolTest {

  private final BufferPool pool = new BufferPool(64, new MemoryBudget(1L << 30));

  @Test
  void buffersAreDirectEmptyAndComeBack() {
    ByteBuffer first = pool.borrow();
    assertThat(first.isDirect()).isTrue();
    assertThat(first.capacity()).isEqualTo(64);
    first.putInt(7).flip();
    pool.release(first);
    ByteBuffer again = pool.borrow();
    assertThat(again).isSameAs(first);
    assertThat(again.position()).isZero();
    assertThat(again.remaining()).isEqualTo(64);
  }

  @Test
  void smallestSizeThatHoldsWhatIsWantedIsGiven() {
    var memory = new MemoryBudget(1L << 30);
    assertThat(sizes(new BufferPool(64 << 10, memory), 1, 1 << 10, 4 << 10, 4097, 1 << 20))
        .containsExactly(1 << 10, 1 << 10, 4 << 10, 16 << 10, 64 << 10);
    assertThat(sizes(new BufferPool(5000, memory), 4 << 10, 16 << 10))
        .containsExactly(4 << 10, 5000);
    assertThat(sizes(new BufferPool(512, memory), 4 << 10)).containsExactly(512);
  }

  private static List<Integer> sizes(BufferPool pool, int... wanted) {
    return Arrays.stream(wanted).mapToObj(each -> pool.borrow(each).capacity()).toList();
  }

  @Test
  void noMoreThanTheKeptOnesAreHeld() {
    List<ByteBuffer> lent = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      lent.add(pool.borrow());
    }
    Set<ByteBuffer> released = identities(lent);
    assertThat(released).hasSize(100);
    lent.forEach(pool::release);
    long known = 0;
    for (int i = 0; i < 100; i++) {
      known += released.contains(pool.borrow()) ? 1 : 0;
    }
    assertThat(known).isEqualTo(64);
  }

  private static Set<ByteBuffer> identities(List<ByteBuffer> buffers) {
    Set<ByteBuffer> set = Collections.newSetFromMap(new IdentityHashMap<>());
    set.addAll(buffers);
    return set;
  }

  /** A count of the buffer's holders, in the buffer itself. */
  private static final VarHandle HANDS =
      MethodHandles.byteBufferViewVarHandle(int[].class, ByteOrder.nativeOrder());

  @Test
  void bufferIsNeverInTwoHands() throws Exception {
    var foreign = new AtomicInteger();
    var threads = new ArrayList<Thread>();
    for (int i = 1; i <= 8; i++) {
      threads.add(
          (i % 2 == 0 ? Thread.ofVirtual() : Thread.ofPlatform().daemon())
              .start(
                  () -> {
                    for (int round = 0; round < 10_000; round++) {
                      ByteBuffer buffer = pool.borrow();
                      if ((int) HANDS.getAndAdd(buffer, 0, 1) != 0) {
                        foreign.incrementAndGet();
                      }
                      if (ThreadLocalRandom.current().nextInt(4) == 0) {
                        Thread.yield();
                      }
                      HANDS.getAndAdd(buffer, 0, -1);
                      pool.release(buffer);
                    }
                  }));
    }
    for (Thread thread : threads) {
      assertThat(thread.join(Duration.ofSeconds(30))).isTrue();
    }
    assertThat(foreign).hasValue(0);
  }
}
