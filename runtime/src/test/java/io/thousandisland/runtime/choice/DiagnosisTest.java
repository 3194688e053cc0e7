// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.choice;

import static org.assertj.core.api.Assertions.assertThat;

import io.thousandisland.runtime.signals.Later;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.osgi.framework.Filter;
import org.osgi.framework.FrameworkUtil;

/** L2: the times when a server looks why it has no handler. */
@Timeout(60)
class DiagnosisTest {

  private final Later later = new Later();
  private final Filter wanted = filter();
  private final AtomicInteger asked = new AtomicInteger();
  private final AtomicInteger looks = new AtomicInteger();
  private final CountDownLatch askedTwice = new CountDownLatch(2);
  private final CountDownLatch told = new CountDownLatch(1);

  /** The number of looks that find no handler before it is there. */
  private int missing = Integer.MAX_VALUE;

  private final Diagnosis diagnosis =
      new Diagnosis(
          "diagnosis test",
          later,
          filter -> filter + " look " + looks.incrementAndGet(),
          this::unmet,
          told::countDown);

  private static Filter filter() {
    try {
      return FrameworkUtil.createFilter("(handler.name=echo)");
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  private Optional<Filter> unmet() {
    boolean there = asked.incrementAndGet() > missing;
    askedTwice.countDown();
    return there ? Optional.empty() : Optional.of(wanted);
  }

  @AfterEach
  void close() {
    later.close();
  }

  @Test
  void serverLooksOnceWhenAnOrdinaryUpdateWouldBeOver() throws Exception {
    long start = System.nanoTime();
    diagnosis.lookSoon();
    assertThat(diagnosis.of(wanted)).isEqualTo("no handler matches (handler.name=echo)");
    for (int i = 0; i < 100; i++) {
      diagnosis.lookSoon();
    }

    assertThat(told.await(20, TimeUnit.SECONDS)).isTrue();

    assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThan(Duration.ofMillis(450));
    assertThat(looks).hasValue(1);
    assertThat(diagnosis.of(wanted)).isEqualTo("(handler.name=echo) look 1");
  }

  @Test
  void handlerThatCameMeanwhileIsNotLookedFor() throws Exception {
    missing = 1;
    diagnosis.lookSoon();

    assertThat(askedTwice.await(20, TimeUnit.SECONDS)).isTrue();
    later.close();
    assertThat(looks).hasValue(0);
  }

  @Test
  void serverWithAHandlerLooksAtNothing() {
    missing = 0;
    diagnosis.lookSoon();

    assertThat(asked).hasValue(1);
    later.close();
    assertThat(looks).hasValue(0);
  }

  @Test
  void whatWasFoundIsForgottenWithTheNextHandler() throws Exception {
    diagnosis.lookSoon();
    assertThat(told.await(20, TimeUnit.SECONDS)).isTrue();

    diagnosis.forget();

    assertThat(diagnosis.of(wanted)).isEqualTo("no handler matches (handler.name=echo)");
  }
}
