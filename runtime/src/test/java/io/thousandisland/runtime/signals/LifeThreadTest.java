// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.signals;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** One step after the other, on one thread. */
@Timeout(60)
class LifeThreadTest {

  private final LifeThread life = new LifeThread("s");

  @Test
  void stepsRunOneAfterTheOtherOnAPlatformThreadThatTellsItsServer() throws Exception {
    var overlapping = new AtomicInteger();
    var wrong = new AtomicInteger();
    int[] unguarded = {0};
    List<Thread> callers = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      callers.add(
          Thread.ofVirtual()
              .start(
                  () -> {
                    for (int n = 0; n < 1_000; n++) {
                      life.run(
                          () -> {
                            if (overlapping.incrementAndGet() != 1
                                || Thread.currentThread().isVirtual()) {
                              wrong.incrementAndGet();
                            }
                            unguarded[0]++;
                            overlapping.decrementAndGet();
                          });
                    }
                  }));
    }
    for (Thread caller : callers) {
      caller.join();
    }
    assertThat(wrong).hasValue(0);
    assertThat(life.<Integer>call(() -> unguarded[0])).isEqualTo(4_000);
    assertThat(life.<String>call(() -> Thread.currentThread().getName())).isEqualTo("s server");
  }

  @Test
  void b15WhatAStepThrowsThatNobodyWaitsForIsTold() throws Exception {
    var told = new LinkedBlockingQueue<Throwable>();
    var before = Thread.getDefaultUncaughtExceptionHandler();
    Thread.setDefaultUncaughtExceptionHandler((thread, thrown) -> told.add(thrown));
    try {
      life.execute(
          () -> {
            throw new IllegalStateException("on purpose");
          });
      assertThat(told.poll(20, TimeUnit.SECONDS)).hasMessage("on purpose");
      var unused =
          life.later(
              Duration.ofMillis(1),
              () -> {
                throw new AssertionError("later, on purpose");
              });
      assertThat(told.poll(20, TimeUnit.SECONDS)).hasMessage("later, on purpose");
      assertThat(life.<Integer>call(() -> 1)).isEqualTo(1);
    } finally {
      Thread.setDefaultUncaughtExceptionHandler(before);
    }
  }

  @Test
  void stepWithinAStepRunsAtOnce() {
    var order = new ArrayList<String>();
    life.run(
        () -> {
          order.add("outer begins");
          life.run(() -> order.add("inner"));
          order.add("outer ends");
        });
    assertThat(order).containsExactly("outer begins", "inner", "outer ends");
  }

  @Test
  void whatAStepThrowsComesToItsCallerAndHarmsNobody() {
    assertThatThrownBy(
            () ->
                life.run(
                    () -> {
                      throw new IllegalArgumentException("on purpose");
                    }))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("on purpose");
    assertThat(life.<Integer>call(() -> 1)).isEqualTo(1);
  }

  private static final class Speechless extends RuntimeException {
    private static final long serialVersionUID = 1;

    @Override
    public String toString() {
      throw new IllegalStateException("no words, and no memory for them");
    }
  }

  @Test
  void callerIsToldOfAnExceptionThatCannotBeSpokenOf() {
    var failure = new Speechless();
    assertThatThrownBy(
            () ->
                life.run(
                    () -> {
                      throw failure;
                    }))
        .isSameAs(failure);
  }

  @Test
  void executeDoesNotWait() throws Exception {
    var release = new CountDownLatch(1);
    var done = new CountDownLatch(1);
    life.execute(
        () -> {
          try {
            release.await();
          } catch (InterruptedException e) {
            throw new AssertionError(e);
          }
        });
    life.execute(done::countDown);
    assertThat(done.getCount()).isEqualTo(1);
    release.countDown();
    done.await();
  }
}
