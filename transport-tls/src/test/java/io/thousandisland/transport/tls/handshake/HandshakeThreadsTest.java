// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.transport.tls.handshake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class HandshakeThreadsTest {

  /** Keeps a thread until it is let go. */
  private static final class Gate implements Runnable {
    private final CountDownLatch reached = new CountDownLatch(1);
    private final CountDownLatch open = new CountDownLatch(1);

    @Override
    public void run() {
      reached.countDown();
      try {
        open.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  @Test
  void newestHandshakeComesFirst() throws Exception {
    List<Integer> order = Collections.synchronizedList(new ArrayList<>());
    try (var threads = new HandshakeThreads(1, "test")) {
      var gate = new Gate();
      var done = new CountDownLatch(5);
      threads.execute(gate);
      gate.reached.await();
      for (int i = 1; i <= 5; i++) {
        int number = i;
        threads.execute(
            () -> {
              order.add(number);
              done.countDown();
            });
      }
      assertThat(threads.waiting()).isEqualTo(5);
      gate.open.countDown();
      assertThat(done.await(20, TimeUnit.SECONDS)).isTrue();
    }
    assertThat(order).containsExactly(5, 4, 3, 2, 1);
  }

  @Test
  void noMoreAreCalculatedAtOnceThanTheSettingSays() throws Exception {
    var now = new AtomicInteger();
    var most = new AtomicInteger();
    var done = new Semaphore(0);
    try (var threads = new HandshakeThreads(1, "test")) {
      for (int setting : new int[] {3, 1, 2}) {
        threads.most(setting);
        most.set(0);
        for (int i = 0; i < 300; i++) {
          threads.execute(
              () -> {
                most.accumulateAndGet(now.incrementAndGet(), Math::max);
                Thread.onSpinWait();
                now.decrementAndGet();
                done.release();
              });
        }
        assertThat(done.tryAcquire(300, 20, TimeUnit.SECONDS)).isTrue();
        assertThat(most.get()).isBetween(1, setting);
      }
    }
  }

  @Test
  void asManyAreCalculatedAtOnceAsTheSettingSays() throws Exception {
    try (var threads = new HandshakeThreads(1, "test")) {
      threads.most(3);
      List<Gate> gates = List.of(new Gate(), new Gate(), new Gate());
      gates.forEach(threads::execute);
      for (Gate gate : gates) {
        assertThat(gate.reached.await(20, TimeUnit.SECONDS)).isTrue();
      }
      gates.forEach(gate -> gate.open.countDown());
    }
  }

  @Test
  void nothingIsTakenAfterTheEnd() {
    var threads = new HandshakeThreads(1, "test");
    threads.close();
    assertThatThrownBy(() -> threads.execute(() -> {}))
        .isInstanceOf(RejectedExecutionException.class);
  }
}
