// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.transport.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.channels.SelectionKey;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Rule X4: no wake-up is lost, and none costs more than it must. */
class InterestTest {

  private static final int ROUNDS = 200_000;

  /** A selection key that only knows whether the poller looks at it. */
  private static class Key implements Interest.Switch {
    final AtomicBoolean on = new AtomicBoolean();
    final AtomicInteger switches = new AtomicInteger();

    @Override
    public void on(int op) {
      on.set(true);
      switches.incrementAndGet();
    }

    @Override
    public void off(int op) {
      on.set(false);
      switches.incrementAndGet();
    }
  }

  @Test
  void readerThatDrainsBeforeTheNextLookSwitchesNothing() {
    var key = new Key();
    var interest = new Interest(SelectionKey.OP_READ, key);
    interest.arm();
    for (int i = 0; i < 100; i++) {
      assertThat(interest.ready()).isTrue();
      interest.arm();
    }
    assertThat(key.switches).hasValue(1);
  }

  @Test
  void repeatedReadinessIsSwitchedOffUntilArmedAgain() {
    var key = new Key();
    var interest = new Interest(SelectionKey.OP_READ, key);
    interest.arm();
    assertThat(interest.ready()).isTrue();
    assertThat(interest.ready()).isFalse();
    assertThat(key.on).isFalse();
    interest.arm();
    assertThat(key.on).isTrue();
    assertThat(interest.ready()).isTrue();
  }

  /** The order that would lose a wake-up if there were no second look. */
  @Test
  void wakeUpIsNotLostWhenTheChannelIsArmedWhileItIsSwitchedOff() {
    var self = new Interest[1];
    var key =
        new Key() {
          @Override
          public void off(int op) {
            self[0].arm();
            super.off(op);
          }
        };
    var interest = new Interest(SelectionKey.OP_READ, key);
    self[0] = interest;
    interest.arm();
    assertThat(interest.ready()).isTrue();
    assertThat(interest.ready()).isFalse(); // switches the key off
    assertThat(key.on).isTrue();
    assertThat(interest.ready()).isTrue();
  }

  /**
   * A channel that always has data: as long as the key is on, the poller looks at it. The test
   * makes as many rounds as fit in 4 s, because beside busy processes each may cost two time
   * slices.
   */
  @Test
  @Timeout(60)
  void noWakeUpIsLostInManyRounds() throws Exception {
    long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(4);
    var key = new Key();
    var interest = new Interest(SelectionKey.OP_READ, key);
    var told = new AtomicInteger();
    var over = new AtomicBoolean();
    Thread poller =
        Thread.ofPlatform()
            .daemon()
            .start(
                () -> {
                  while (!over.get()) {
                    if (key.on.get() && interest.ready()) {
                      told.incrementAndGet();
                    } else {
                      Thread.yield(); // on a busy machine two spinners would wait out time slices
                    }
                  }
                });
    int rounds = 0;
    try {
      while (rounds < ROUNDS && System.nanoTime() < until) {
        rounds++;
        interest.arm();
        while (told.get() < rounds) {
          if (Thread.interrupted()) {
            throw new InterruptedException("lost in round " + rounds); // by the time limit
          }
          Thread.yield();
        }
      }
    } finally {
      over.set(true);
      poller.join();
    }
    assertThat(told).hasValue(rounds);
    System.out.printf("X4: %,d rounds, no wake-up lost%n", rounds);
  }
}
