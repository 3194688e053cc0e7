// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.thousandisland.runtime.shared.MemoryBudget;
import io.thousandisland.transport.TransportSocket;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Unsent bytes leave in the order in which they came, and only as many are kept as allowed. */
class UnsentTest {

  private static final int LIMIT = 1000;

  private final MemoryBudget memory = new MemoryBudget(1L << 30);
  private final Unsent unsent = new Unsent(memory);
  private final ByteArrayOutputStream written = new ByteArrayOutputStream();
  private final Random random = new Random(42);

  /** Takes as many bytes of each write as {@code most} says. */
  private TransportSocket taking(int most) {
    return (TransportSocket)
        Proxy.newProxyInstance(
            TransportSocket.class.getClassLoader(),
            new Class<?>[] {TransportSocket.class},
            (proxy, method, arguments) -> take((ByteBuffer) arguments[0], most));
  }

  private int take(ByteBuffer from, int most) {
    byte[] taken = new byte[Math.min(most, from.remaining())];
    from.get(taken);
    written.writeBytes(taken);
    return taken.length;
  }

  @Test
  void bytesLeaveInOrderWhateverIsAddedAndTaken() throws Exception {
    var expected = new ByteArrayOutputStream();
    for (int round = 0; round < 100_000; round++) {
      if (random.nextInt(3) == 0) {
        unsent.writeTo(taking(random.nextInt(300)));
        continue;
      }
      byte[] bytes = new byte[random.nextInt(100)];
      random.nextBytes(bytes);
      ByteBuffer data = ByteBuffer.wrap(bytes);
      int before = unsent.length();
      if (unsent.add(data, 64, LIMIT)) {
        assertThat(data.hasRemaining()).isFalse();
        assertThat(unsent.length()).isEqualTo(before + bytes.length);
        expected.writeBytes(bytes);
      } else {
        assertThat(before + bytes.length).isGreaterThan(LIMIT);
        assertThat(data.remaining()).isEqualTo(bytes.length);
      }
    }
    drain();
    assertThat(written.toByteArray()).isEqualTo(expected.toByteArray());
    assertThat(memory.used()).isZero();
  }

  private void drain() throws IOException {
    while (!unsent.isEmpty()) {
      unsent.writeTo(taking(LIMIT));
    }
  }
}
