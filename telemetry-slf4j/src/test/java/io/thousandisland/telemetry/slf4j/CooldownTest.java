package io.thousandisland.telemetry.slf4j;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class CooldownTest {

  private final AtomicLong clock = new AtomicLong(Long.MAX_VALUE - 5); // it may overflow
  private final Cooldown cooldown = new Cooldown(Duration.ofNanos(10), clock::get);

  @Test
  void oneOfAKindPassesInEachPeriod() {
    assertThat(cooldown.passes("a")).isTrue();
    clock.addAndGet(9);
    assertThat(cooldown.passes("a")).isFalse();
    assertThat(cooldown.passes("b")).isTrue();
    clock.addAndGet(1);
    assertThat(cooldown.passes("a")).isTrue();
  }
}
