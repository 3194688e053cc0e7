// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.signals;

import static io.thousandisland.runtime.signals.Signals.DEADLINE;
import static io.thousandisland.runtime.signals.Signals.DRAIN;
import static io.thousandisland.runtime.signals.Signals.FORCED;
import static io.thousandisland.runtime.signals.Signals.MESSAGE;
import static io.thousandisland.runtime.signals.Signals.READABLE;
import static io.thousandisland.runtime.signals.Signals.STOP;
import static io.thousandisland.runtime.signals.Signals.TURN;
import static io.thousandisland.runtime.signals.Signals.WRITABLE;
import static org.assertj.core.api.Assertions.assertThat;

import io.thousandisland.transport.ThreadLender;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Rule X1: one place to wait, and no reason is lost. */
@Timeout(60)
class SignalsTest {

  private static final DeadlineSweeper SWEEPER = DeadlineSweeper.started();

  @AfterAll
  static void close() {
    SWEEPER.close();
  }

  private final Signals signals = new Signals(SWEEPER);

  @Test
  void takesWhatIsWantedAndLeavesTheRest() {
    signals.raise(READABLE | MESSAGE);
    assertThat(signals.take(READABLE | WRITABLE)).isEqualTo(READABLE);
    assertThat(signals.take(READABLE | WRITABLE)).isZero();
    assertThat(signals.await(MESSAGE)).isEqualTo(MESSAGE);
  }

  @Test
  void whatEndsAThreadsWorkStaysRaised() {
    signals.raise(STOP | READABLE);
    assertThat(signals.take(STOP | READABLE)).isEqualTo(STOP | READABLE);
    assertThat(signals.take(STOP | READABLE)).isEqualTo(STOP);
    assertThat(signals.isRaised(STOP)).isTrue();
  }

  @Test
  void deadlineIsRaisedAndDueUntilItIsMoved() {
    signals.deadline(SWEEPER.now() + TimeUnit.HOURS.toNanos(1));
    assertThat(signals.due()).isFalse();
    signals.deadline(SWEEPER.now() + TimeUnit.MILLISECONDS.toNanos(30));
    assertThat(signals.await(DEADLINE)).isEqualTo(DEADLINE);
    assertThat(signals.due()).isTrue();
    signals.deadline(Signals.NEVER);
    assertThat(signals.due()).isFalse();
  }

  /** A yield alone leaves the carrier only to threads in the carrier's own queue. */
  @Test
  void x1OwnerThatNeverHasToWaitParksNowAndThen() throws Exception {
    var seen = new AtomicBoolean();
    Thread owner =
        Thread.ofVirtual()
            .start(
                () -> {
                  while (!seen.get()) {
                    signals.giveWay();
                  }
                });
    try {
      while (LockSupport.getBlocker(owner) != signals) {
        if (Thread.interrupted()) {
          throw new InterruptedException(); // by the time limit
        }
        Thread.yield();
      }
    } finally {
      seen.set(true);
    }
    owner.join();
  }

  /** Ends at the latest by the time limit, which interrupts this thread. */
  private static void awaitWaiting(Thread owner) throws InterruptedException {
    while (owner.getState() != Thread.State.WAITING) {
      if (Thread.interrupted()) {
        throw new InterruptedException();
      }
      Thread.onSpinWait();
    }
  }

  @Test
  void interruptNeitherEndsAWaitNorTurnsItIntoASpin() throws Exception {
    var looks = new AtomicInteger();
    var over = new CountDownLatch(1);
    Thread owner =
        Thread.ofVirtual()
            .unstarted(
                () -> {
                  Thread.currentThread().interrupt();
                  int got = signals.await(DRAIN);
                  looks.set(Thread.currentThread().isInterrupted() ? -1 : got);
                  over.countDown();
                });
    signals.owner(owner);
    owner.start();
    awaitWaiting(owner); // a spinning owner never comes to rest, and the time limit ends this
    signals.raise(DRAIN);
    over.await();
    assertThat(looks).hasValue(DRAIN);
  }

  @Test
  void interruptOfForceIsLeftForTheHandlersCode() throws Exception {
    var interrupted = new AtomicInteger();
    Thread owner =
        Thread.ofVirtual()
            .unstarted(
                () -> {
                  signals.await(MESSAGE);
                  interrupted.set(Thread.currentThread().isInterrupted() ? 1 : -1);
                });
    signals.owner(owner);
    owner.start();
    awaitWaiting(owner);
    signals.raise(FORCED);
    owner.interrupt();
    signals.raise(MESSAGE);
    owner.join();
    assertThat(interrupted).hasValue(1);
  }

  /** The owner's thread is the poller's: other connections would wait with the owner. */
  @Test
  void ownerOnALentThreadKeepsItBeforeItWaits() throws Exception {
    var order = new LinkedBlockingQueue<String>();
    var lender =
        new ThreadLender() {
          @Override
          public void keep() {
            order.add("kept");
          }

          @Override
          public void renew() {}
        };
    var resting = new Resting();
    var mine = new Signals(SWEEPER, resting);
    resting.turn =
        () -> {
          order.add("takes " + mine.take(READABLE));
          order.add("waited for " + mine.await(MESSAGE));
        };
    assertThat(mine.rest(READABLE)).isTrue();
    Thread poller = Thread.ofVirtual().start(() -> mine.readable(lender));
    assertThat(order.take()).isEqualTo("takes " + READABLE);
    assertThat(order.take()).isEqualTo("kept");
    assertThat(poller.join(Duration.ofMillis(1))).isFalse();
    mine.raise(MESSAGE);
    assertThat(order.take()).isEqualTo("waited for " + MESSAGE);
    assertThat(poller.join(Duration.ofSeconds(20))).isTrue();
    assertThat(poller.getName()).isEqualTo("resting");
    assertThat(order).isEmpty();
  }

  /**
   * A reason that the rest does not wait for ends no rest, because there is nothing to do about it.
   */
  @Test
  void restEndsOnceForWhatIsWanted() {
    var resting = new Resting();
    var mine = new Signals(SWEEPER, resting);
    var ends = new AtomicInteger();
    resting.turn = ends::incrementAndGet;
    mine.raise(DRAIN);
    assertThat(mine.rest(READABLE | DRAIN)).isFalse();
    assertThat(mine.take(DRAIN)).isEqualTo(DRAIN);
    assertThat(mine.rest(READABLE | DRAIN)).isTrue();
    mine.raise(WRITABLE);
    assertThat(ends).hasValue(0);
    mine.raise(DRAIN);
    mine.raise(READABLE);
    assertThat(ends).hasValue(1);
  }

  /** A lent thread that nobody keeps. */
  private static final ThreadLender LENDER =
      new ThreadLender() {
        @Override
        public void keep() {
          throw new AssertionError("kept");
        }

        @Override
        public void renew() {}
      };

  /** Each turn leaves a message for the next one, as a flood does. */
  @Test
  void x9OwnerThatAlwaysHasAMessageLeavesTheLentThreadToOthersEveryFewTurns() {
    var turns = new AtomicInteger();
    var asked = new AtomicInteger();
    var resting =
        new Resting() {
          @Override
          public boolean askForThread() {
            asked.incrementAndGet();
            return true;
          }
        };
    var mine = new Signals(SWEEPER, resting);
    resting.turn =
        () -> {
          while (!mine.rest(READABLE | MESSAGE) && !mine.letOthers(DRAIN)) {
            assertThat(mine.take(READABLE | MESSAGE)).isNotZero();
            turns.incrementAndGet();
            mine.raise(MESSAGE);
          }
        };
    assertThat(mine.rest(READABLE)).isTrue();
    mine.readable(LENDER);
    assertThat(turns.get()).isBetween(1, 16);
    assertThat(asked).hasValue(1);

    int before = turns.get();
    mine.raise(MESSAGE); // it has messages, and waits for its turn
    assertThat(turns).hasValue(before);
    mine.lent(LENDER);
    assertThat(turns.get()).isGreaterThan(before);
    assertThat(asked).hasValue(2);
  }

  @Test
  void restForWhichThereWasNoThreadGoesOnThoughItWaitsForNoDeadline() throws Exception {
    var noMemory = new AtomicBoolean(true);
    var goesOn = new CountDownLatch(1);
    var mine =
        new Signals(
            SWEEPER,
            new Resting() {
              @Override
              public void goOnElsewhere() {
                if (noMemory.getAndSet(false)) {
                  throw new OutOfMemoryError("on purpose");
                }
                goesOn.countDown();
              }
            });
    assertThat(mine.rest(TURN)).isTrue(); // as an acceptor does
    mine.raise(TURN);
    assertThat(goesOn.await(20, TimeUnit.SECONDS)).isTrue();
    assertThat(mine.take(TURN)).isEqualTo(TURN);
  }

  /** Goes on at once, on the thread that tells it to. */
  private static class Resting implements Signals.Resting {
    Runnable turn = () -> {};

    @Override
    public void goOnHere(ThreadLender lender) {
      turn.run();
    }

    @Override
    public void goOnElsewhere() {
      turn.run();
    }

    @Override
    public String threadName() {
      return "resting";
    }
  }

  /**
   * Each raiser waits until its own reason was seen before it raises that reason again, so a lost
   * reason stops everything.
   */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void noReasonIsLostAmongManyRaisers(boolean virtual) throws Exception {
    int[] reasons = {READABLE, WRITABLE, MESSAGE, DRAIN};
    int rounds = 20_000;
    var seen = new AtomicIntegerArray(reasons.length);
    Thread owner =
        (virtual ? Thread.ofVirtual() : Thread.ofPlatform().daemon())
            .unstarted(
                () -> {
                  for (int left = rounds * reasons.length; left > 0; ) {
                    int got = signals.await(READABLE | WRITABLE | MESSAGE | DRAIN);
                    for (int i = 0; i < reasons.length; i++) {
                      if ((got & reasons[i]) != 0) {
                        seen.incrementAndGet(i);
                        left--;
                      }
                    }
                  }
                });
    signals.owner(owner);
    owner.start();
    var raisers = new Thread[reasons.length];
    for (int i = 0; i < raisers.length; i++) {
      int mine = i;
      raisers[i] =
          Thread.ofPlatform()
              .daemon()
              .start(
                  () -> {
                    for (int round = 1; round <= rounds; round++) {
                      signals.raise(reasons[mine]);
                      while (seen.get(mine) < round) {
                        Thread.yield();
                      }
                    }
                  });
    }
    for (Thread raiser : raisers) {
      assertThat(raiser.join(Duration.ofSeconds(40))).as("raiser, " + seen).isTrue();
    }
    owner.join();
    for (int i = 0; i < reasons.length; i++) {
      assertThat(seen.get(i)).isEqualTo(rounds);
    }
  }
}
