// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.admission;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.Test;

class AcceptRateTest {

  private static final long SECOND = 1_000_000_000;

  private final AcceptRate rate = new AcceptRate();

  private int takeAll(long now, int perSecond, int burst) {
    int taken = 0;
    while (rate.tryTake(now, perSecond, burst) == 0) {
      taken++;
    }
    return taken;
  }

  @Test
  void burstIsAllowedAtOnceAndTheRestComesEvenly() {
    assertThat(takeAll(5, 10, 4)).isEqualTo(4);
    assertThat(rate.tryTake(5, 10, 4)).isEqualTo(SECOND / 10);
    assertThat(rate.tryTake(5 + SECOND / 10 - 1, 10, 4)).isEqualTo(1);
    assertThat(rate.tryTake(5 + SECOND / 10, 10, 4)).isZero();
    assertThat(takeAll(5 + 3 * SECOND / 10, 10, 4)).isEqualTo(2);
    assertThat(takeAll(100 * SECOND, 10, 4)).isEqualTo(4);
  }

  @Test
  void moreThanTheRateIsNeverTakenInTheLongRun() {
    long now = 0;
    int taken = 0;
    while (now < 100 * SECOND) {
      taken += takeAll(now, 7, 3);
      now += ThreadLocalRandom.current().nextLong(SECOND / 2);
    }
    assertThat(taken).isBetween(600, 7 * 100 + 3);
  }

  @Test
  void whatIsGivenBackCanBeTakenAgain() {
    takeAll(0, 10, 4);
    rate.giveBack(10);
    assertThat(takeAll(0, 10, 4)).isOne();
  }
}
