// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.signals;

import static io.thousandisland.runtime.signals.Signals.DEADLINE;
import static io.thousandisland.runtime.signals.Signals.MESSAGE;
import static io.thousandisland.runtime.signals.Signals.NEVER;
import static org.assertj.core.api.Assertions.assertThat;

import io.thousandisland.handler.ReadTimeout;
import java.time.Duration;
import java.util.ArrayList;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Rule X6: deadlines are fields, and one sweeper looks at them. */
@Timeout(60)
class DeadlineSweeperTest {

  private static final long MILLI = TimeUnit.MILLISECONDS.toNanos(1);

  private final DeadlineSweeper sweeper = DeadlineSweeper.started();

  @AfterEach
  void close() {
    sweeper.close();
  }

  private long in(long millis) {
    return sweeper.now() + millis * MILLI;
  }

  /** Signals that the test's thread owns. */
  private Signals signals() {
    return new Signals(sweeper);
  }

  @Test
  void deadlineIsNeverRaisedBeforeItIsDue() {
    for (int round = 0; round < 20; round++) {
      Signals signals = signals();
      long at = sweeper.now() + ThreadLocalRandom.current().nextLong(30 * MILLI);
      signals.deadline(at);
      signals.await(DEADLINE);
      assertThat(sweeper.now()).isGreaterThanOrEqualTo(at);
    }
  }

  @Test
  void deadlineInThePastIsRaisedSoon() {
    in(50); // the time does not matter: the clock runs
    Signals signals = signals();
    signals.deadline(0);
    assertThat(signals.await(DEADLINE)).isEqualTo(DEADLINE);
    assertThat(signals.due()).isTrue();
  }

  @Test
  void deadlineMovedToAnEarlierTimeIsSeenInTime() {
    Signals signals = signals();
    signals.deadline(in(3_600_000));
    signals.deadline(in(20));
    assertThat(signals.await(DEADLINE)).isEqualTo(DEADLINE);
  }

  @Test
  void sweeperThatSleepsUntilALaterDeadlineWakesForAnEarlierOne() throws Exception {
    // one turn of the wheel takes longer than this test may
    try (var wide = new DeadlineSweeper(1 << 14).start()) {
      var later = new Signals(wide);
      later.deadline(wide.in(Duration.ofHours(1)));
      for (int round = 0; round < 10; round++) {
        var earlier = new Signals(wide);
        Thread owner = Thread.ofVirtual().unstarted(() -> earlier.await(DEADLINE));
        earlier.owner(owner);
        earlier.deadline(wide.in(Duration.ofMillis(10 + round)));
        owner.start();
        assertThat(owner.join(Duration.ofSeconds(20))).isTrue();
      }
    }
  }

  @Test
  void deadlineMovedToALaterTimeOverAndOverIsSeenThen() {
    Signals signals = signals();
    long last = 0;
    for (long began = sweeper.now(); sweeper.now() - began < 100 * MILLI; ) {
      last = in(60);
      signals.deadline(last);
      assertThat(signals.take(MESSAGE)).isZero();
    }
    do {
      signals.await(DEADLINE);
    } while (!signals.due()); // was raised for a deadline that moved since
    assertThat(sweeper.now()).isGreaterThanOrEqualTo(last);
  }

  @Test
  void deadlineTakenBackIsNotRaised() {
    try (var still = new DeadlineSweeper()) { // its clock is moved by hand
      var taken = new Signals(still);
      taken.deadline(still.now() + 30 * MILLI);
      taken.deadline(NEVER);
      still.sweepTo(1_000);
      assertThat(taken.take(DEADLINE)).isZero();
    }
  }

  @Test
  void deadlineBeyondTheHorizonIsKept() {
    Signals far = signals();
    long beyond = DeadlineSweeper.HORIZON.toNanos() + TimeUnit.MINUTES.toNanos(1);
    far.deadline(sweeper.now() + beyond);
    Signals near = signals();
    near.deadline(in(50));
    near.await(DEADLINE);
    assertThat(far.take(DEADLINE)).isZero();
    far.deadline(in(20)); // the deadline can still come nearer
    assertThat(far.await(DEADLINE)).isEqualTo(DEADLINE);
  }

  @Test
  void sweeperThatRestedSeesTheNextDeadline() {
    for (int rest = 0; rest < 3; rest++) {
      Signals signals = signals();
      signals.deadline(in(20));
      signals.await(DEADLINE);
      long quiet = in(60); // nothing has a deadline now: the sweeper parks
      while (sweeper.now() < quiet) {
        Thread.onSpinWait();
      }
    }
  }

  @Test
  void durationsNobodySeesTheEndOfAreForever() {
    assertThat(sweeper.in(ReadTimeout.FOREVER)).isEqualTo(NEVER);
    assertThat(sweeper.in(Duration.ofDays(36_501))).isEqualTo(NEVER);
    assertThat(sweeper.in(Duration.ofDays(365))).isLessThan(NEVER);
  }

  /**
   * Random owners move their deadlines back and forth; the sweeper sees the deadline they end with.
   */
  @Test
  void noDeadlineIsLostHoweverOftenItIsMoved() throws Exception {
    var missed = new AtomicLong();
    var early = new AtomicLong();
    var owners = new ArrayList<Thread>();
    for (int i = 0; i < 64; i++) {
      Signals signals = signals();
      Thread owner = Thread.ofVirtual().unstarted(() -> moveAround(signals, early, missed));
      signals.owner(owner);
      owners.add(owner);
    }
    owners.forEach(Thread::start);
    for (Thread owner : owners) {
      assertThat(owner.join(Duration.ofSeconds(30))).as("a deadline was lost").isTrue();
    }
    assertThat(early).hasValue(0);
    assertThat(missed).hasValue(0);
  }

  private void moveAround(Signals signals, AtomicLong early, AtomicLong late) {
    ThreadLocalRandom random = ThreadLocalRandom.current();
    for (int round = 0; round < 20; round++) {
      for (int move = random.nextInt(50); move > 0; move--) {
        signals.deadline(random.nextInt(4) == 0 ? NEVER : in(random.nextInt(20_000)));
        if (random.nextInt(8) == 0) {
          Thread.yield();
        }
      }
      long at = in(random.nextInt(40));
      signals.deadline(at);
      do {
        signals.await(DEADLINE);
      } while (!signals.due());
      long now = sweeper.now();
      if (now < at) {
        early.incrementAndGet();
      } else if (now - at > TimeUnit.SECONDS.toNanos(5)) {
        late.incrementAndGet();
      }
    }
  }
}
