// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.drain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.thousandisland.runtime.settings.Timeouts;
import io.thousandisland.runtime.signals.Departures;
import io.thousandisland.server.Drain;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class DrainRunTest {

  @Test
  void drainForWhichMemoryIsShortGoesOnWhenThereIsMore() {
    var shortOfMemory = new AtomicInteger(2);
    DrainTarget these =
        DrainTarget.of(
            () -> {
              if (shortOfMemory.getAndDecrement() > 0) {
                throw new OutOfMemoryError("on purpose");
              }
              return List.of();
            });
    var drain = new DrainRun("all", these, Timeouts.DEFAULT, new Departures());
    assertThatCode(drain::run).doesNotThrowAnyException();
    assertThat(drain.progress().phase()).isEqualTo(Drain.Phase.OVER);
    assertThat(drain.progress().elapsed()).isLessThan(Timeouts.DEFAULT.drain());
  }
}
