// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.examples.redis.store;

import static io.thousandisland.examples.redis.store.Store.Condition.ALWAYS;
import static io.thousandisland.examples.redis.store.Store.Condition.IF_ABSENT;
import static io.thousandisland.examples.redis.store.Store.Condition.IF_PRESENT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MemoryStoreTest {

  private static final Optional<Duration> SECOND = Optional.of(Duration.ofSeconds(1));

  private final AtomicLong now = new AtomicLong();
  private final MemoryStore store = new MemoryStore(now::get);

  private void pass(Duration time) {
    now.addAndGet(time.toNanos());
  }

  @Test
  void valueIsThereUntilItIsDeleted() {
    assertThat(store.set("k", "v", Optional.empty(), ALWAYS)).isTrue();
    assertThat(store.get("k")).contains("v");
    assertThat(store.secondsLeft("k")).isEqualTo(-1);
    assertThat(store.delete("k")).isTrue();
    assertThat(store.delete("k")).isFalse();
    assertThat(store.get("k")).isEmpty();
    assertThat(store.secondsLeft("k")).isEqualTo(-2);
  }

  @Test
  void valueExpires() {
    store.set("k", "v", SECOND, ALWAYS);
    pass(Duration.ofMillis(999));
    assertThat(store.get("k")).contains("v");
    assertThat(store.secondsLeft("k")).isEqualTo(1);
    pass(Duration.ofMillis(1));
    assertThat(store.get("k")).isEmpty();
    assertThat(store.expire("k", Duration.ofSeconds(1))).isFalse();
    assertThat(store.size()).isZero();
  }

  @Test
  void conditionsCountWhatHasExpiredAsAbsent() {
    assertThat(store.set("k", "1", Optional.empty(), IF_PRESENT)).isFalse();
    assertThat(store.set("k", "2", SECOND, IF_ABSENT)).isTrue();
    assertThat(store.set("k", "3", SECOND, IF_ABSENT)).isFalse();
    assertThat(store.get("k")).contains("2");
    pass(Duration.ofSeconds(1));
    assertThat(store.set("k", "4", Optional.empty(), IF_PRESENT)).isFalse();
    assertThat(store.set("k", "5", Optional.empty(), IF_ABSENT)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "x", "1.5", "+5", "007", "-0", " 5"})
  void nothingIsAddedToATextThatIsNoNumber(String text) {
    store.set("text", text, Optional.empty(), ALWAYS);
    assertThatThrownBy(() -> store.add("text", 1)).isInstanceOf(NumberFormatException.class);
    assertThat(store.get("text")).contains(text);
  }

  @Test
  void additionsOfManyThreadsAddUpAndKeepTheTimeToLive() {
    store.set("n", "5", SECOND, ALWAYS);
    IntStream.range(0, 1000).parallel().forEach(i -> store.add("n", 1));
    assertThat(store.get("n")).contains("1005");
    assertThat(store.secondsLeft("n")).isEqualTo(1);
    assertThat(store.add("new", -3)).isEqualTo(-3);
    store.set("n", Long.toString(Long.MAX_VALUE), Optional.empty(), ALWAYS);
    assertThatThrownBy(() -> store.add("n", 1)).isInstanceOf(ArithmeticException.class);
  }

  @Test
  void forgottenValuesDoNotPileUp() {
    for (int i = 0; i < 1000; i++) {
      store.set("dead" + i, "v", SECOND, ALWAYS);
    }
    pass(Duration.ofSeconds(1));
    for (int i = 0; i < 1000; i++) {
      store.set("k", "v", Optional.empty(), ALWAYS);
    }
    assertThat(store.size()).isLessThan(10);
  }
}
