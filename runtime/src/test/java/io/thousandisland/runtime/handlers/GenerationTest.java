// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.handlers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.thousandisland.handler.Handler;
import java.util.ArrayList;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** One binding of a handler: open, closed, ended. */
@Timeout(60)
class GenerationTest {

  private static final HandlerBinding.Facts FACTS =
      new HandlerBinding.Facts("h", "1.0.0", 5, 0, false);

  private final Handler<Object> handler = new Handler<>() {};
  private final AtomicInteger ended = new AtomicInteger();

  private Generation generation() {
    return new Generation(3, new HandlerBinding(FACTS, handler), g -> ended.incrementAndGet());
  }

  @Test
  void openGenerationCountsItsConnections() {
    Generation generation = generation();
    assertThat(generation.enter()).isTrue();
    assertThat(generation.enter()).isTrue();
    assertThat(generation.handler()).isSameAs(handler);
    assertThat(generation.connections()).isEqualTo(2);
    generation.exit();
    generation.exit();
    assertThat(generation.connections()).isZero();
    assertThat(ended).hasValue(0);
    assertThat(generation.info().number()).isEqualTo(3);
  }

  @Test
  void closedGenerationLetsNobodyInAndEndsWithItsLastConnection() {
    Generation generation = generation();
    generation.enter();
    generation.close();
    generation.close();
    assertThat(generation.isClosed()).isTrue();
    assertThat(generation.enter()).isFalse();
    assertThat(generation.connections()).isEqualTo(1);
    assertThat(generation.handler()).isSameAs(handler);
    assertThat(ended).hasValue(0);
    generation.exit();
    assertThat(ended).hasValue(1);
    assertThatThrownBy(generation::handler).hasMessageContaining("generation 3 has ended");
  }

  @Test
  void generationWithoutConnectionsEndsWhenItIsClosedAndOnlyOnce() {
    Generation generation = generation();
    generation.close();
    generation.close();
    assertThat(ended).hasValue(1);
    assertThat(generation.enter()).isFalse();
  }

  /**
   * A thread that got in has a handler until it leaves; the end comes once, after the last has
   * left.
   */
  @Test
  void enteringAndClosingDoNotCross() throws Exception {
    int rounds = 300;
    int entrants = 3;
    var barrier = new CyclicBarrier(entrants + 2);
    var inside = new AtomicInteger();
    var entered = new AtomicInteger();
    var wrong = new AtomicInteger();
    var round = new Generation[] {null};
    var threads = new ArrayList<Thread>();
    for (int i = 0; i < entrants; i++) {
      threads.add(
          looping(
              rounds,
              barrier,
              () -> {
                Generation mine = round[0];
                while (mine.enter()) {
                  entered.incrementAndGet();
                  inside.incrementAndGet();
                  try {
                    mine.handler();
                  } catch (IllegalStateException gone) {
                    wrong.incrementAndGet();
                  }
                  inside.decrementAndGet();
                  mine.exit();
                }
              }));
    }
    threads.add(
        looping(
            rounds,
            barrier,
            () -> {
              while (entered.get() < 50) {
                Thread.yield();
              }
              round[0].close();
            }));
    for (int i = 0; i < rounds; i++) {
      var ends = new AtomicInteger();
      entered.set(0);
      round[0] =
          new Generation(
              i,
              new HandlerBinding(FACTS, handler),
              g -> {
                ends.incrementAndGet();
                if (inside.get() != 0) {
                  wrong.incrementAndGet();
                }
              });
      barrier.await(); // all go
      barrier.await(); // all are through
      assertThat(ends).as("ends of round %d", i).hasValue(1);
    }
    for (Thread thread : threads) {
      thread.join();
    }
    assertThat(wrong).hasValue(0);
  }

  private static Thread looping(int rounds, CyclicBarrier barrier, Runnable once) {
    return Thread.ofPlatform()
        .daemon()
        .start(
            () -> {
              try {
                for (int i = 0; i < rounds; i++) {
                  barrier.await();
                  once.run();
                  barrier.await();
                }
              } catch (Exception broken) {
                throw new AssertionError(broken);
              }
            });
  }
}
