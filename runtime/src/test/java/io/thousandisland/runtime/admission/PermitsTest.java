// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.admission;

import static io.thousandisland.runtime.signals.Signals.PERMIT;
import static org.assertj.core.api.Assertions.assertThat;

import io.thousandisland.runtime.signals.DeadlineSweeper;
import io.thousandisland.runtime.signals.Signals;
import java.time.Duration;
import java.util.ArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Rule S1 and row V11: a hard cap that changes while the server runs. */
@Timeout(60)
class PermitsTest {

  private final DeadlineSweeper sweeper = new DeadlineSweeper();
  private final Signals first = new Signals(sweeper);
  private final Signals second = new Signals(sweeper);

  @Test
  void s1ThereAreAsManyPlacesAsTheLimitSays() {
    var permits = new Permits(2);
    assertThat(permits.tryAcquire()).isTrue();
    assertThat(permits.tryAcquire()).isTrue();
    assertThat(permits.tryAcquire()).isFalse();
    assertThat(permits.used()).isEqualTo(2);
    permits.release();
    assertThat(permits.tryAcquire()).isTrue();
  }

  @Test
  void s1FreedPlaceIsToldToWhoWaitedLongest() {
    var permits = new Permits(1);
    permits.tryAcquire();
    assertThat(permits.acquireOr(first)).isFalse();
    assertThat(permits.acquireOr(second)).isFalse();
    permits.release();
    assertThat(first.take(PERMIT)).isEqualTo(PERMIT);
    assertThat(second.take(PERMIT)).isZero();
    assertThat(permits.acquireOr(first)).isTrue();
    permits.release();
    assertThat(second.take(PERMIT)).isEqualTo(PERMIT);
  }

  @Test
  void s1TwoPlacesFreedAtOnceWakeTwo() {
    var permits = new Permits(2);
    permits.tryAcquire();
    permits.tryAcquire();
    permits.acquireOr(first);
    permits.acquireOr(second);
    permits.release();
    permits.release(); // before the first waiter has looked
    assertThat(first.take(PERMIT)).isEqualTo(PERMIT);
    assertThat(permits.acquireOr(first)).isTrue();
    assertThat(second.take(PERMIT)).as("a place is free, and somebody waits").isEqualTo(PERMIT);
    assertThat(permits.acquireOr(second)).isTrue();
  }

  @Test
  void s1WhoLeavesPassesThePlaceOn() {
    var permits = new Permits(1);
    permits.tryAcquire();
    permits.acquireOr(first);
    permits.acquireOr(second);
    permits.release(); // tells the first waiter
    permits.leave(first);
    assertThat(second.take(PERMIT)).isEqualTo(PERMIT);
    assertThat(permits.acquireOr(second)).isTrue();
  }

  @Test
  void v11RaisedLimitWakesEverybodyWhoWaits() {
    var permits = new Permits(1);
    permits.tryAcquire();
    permits.acquireOr(first);
    permits.acquireOr(second);
    permits.limit(3);
    assertThat(first.take(PERMIT) + second.take(PERMIT)).isEqualTo(2 * PERMIT);
    assertThat(permits.acquireOr(first)).isTrue();
    assertThat(permits.acquireOr(second)).isTrue();
    assertThat(permits.tryAcquire()).isFalse();
  }

  @Test
  void v11LoweredLimitTakesNothingFromAnybodyAndIsReachedAsConnectionsEnd() {
    var permits = new Permits(3);
    permits.tryAcquire();
    permits.tryAcquire();
    permits.tryAcquire();
    permits.limit(1);
    assertThat(permits.used()).isEqualTo(3);
    assertThat(permits.acquireOr(first)).isFalse();
    first.take(PERMIT);
    permits.release();
    permits.release();
    assertThat(first.take(PERMIT)).isZero();
    permits.release();
    assertThat(first.take(PERMIT)).isEqualTo(PERMIT);
    assertThat(permits.limit()).isEqualTo(1);
  }

  /** Eight waiters share three places; no waiter waits while a place is free, and the cap holds. */
  @Test
  void s1CapHoldsAndNobodyIsForgotten() throws Exception {
    var permits = new Permits(3);
    var inside = new AtomicInteger();
    var most = new AtomicInteger();
    var waiters = new ArrayList<Thread>();
    for (int i = 0; i < 8; i++) {
      var me = new Signals(sweeper);
      Thread waiter =
          Thread.ofVirtual()
              .unstarted(
                  () -> {
                    for (int round = 0; round < 2_000; round++) {
                      while (!permits.acquireOr(me)) {
                        me.await(PERMIT);
                      }
                      most.accumulateAndGet(inside.incrementAndGet(), Math::max);
                      Thread.yield();
                      inside.decrementAndGet();
                      permits.release();
                    }
                  });
      me.owner(waiter);
      waiters.add(waiter);
    }
    waiters.forEach(Thread::start);
    for (Thread waiter : waiters) {
      assertThat(waiter.join(Duration.ofSeconds(30))).as("forgotten").isTrue();
    }
    assertThat(most.get()).isBetween(1, 3);
    assertThat(permits.used()).isZero();
  }
}
