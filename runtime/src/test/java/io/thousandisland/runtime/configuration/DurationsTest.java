// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.thousandisland.handler.ReadTimeout;
import io.thousandisland.runtime.settings.InvalidSetting;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Durations as people write them. */
class DurationsTest {

  @ParameterizedTest
  @CsvSource({
    "0s, PT0S",
    "1ms, PT0.001S",
    "500ms, PT0.5S",
    "15s, PT15S",
    "90s, PT1M30S",
    "2m, PT2M",
    "1h, PT1H",
    "' 7 s ', PT7S",
    "007s, PT7S",
    "999999999999ms, PT999999999.999S"
  })
  void numberAndUnitAreRead(String text, Duration expected) {
    assertThat(Durations.parse("key", text)).isEqualTo(expected);
  }

  @Test
  void infiniteIsForever() {
    assertThat(Durations.parse("key", "infinite")).isEqualTo(ReadTimeout.FOREVER);
    assertThat(Durations.parse("key", " infinite\t")).isEqualTo(ReadTimeout.FOREVER);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "15",
        "s",
        "-1s",
        "+1s",
        "1.5s",
        "1,5s",
        "15 sec",
        "15S",
        "1d",
        "1m30s",
        "Infinite",
        "PT15S",
        "1000000000000s",
        "1_000s",
        "0x1s",
        "٣s",
        "15s;"
      })
  void anythingElseIsRefusedWithKeyValueAndWhatIsAllowed(String text) {
    assertThatThrownBy(() -> Durations.parse("readTimeout", text))
        .isInstanceOf(InvalidSetting.class)
        .hasMessage(
            "readTimeout is "
                + text
                + "; allowed: a whole number with the unit ms, s, m or h, as in 500ms or 15s, or infinite");
  }

  /**
   * The longest duration that can be written must not overflow when it is turned into another unit.
   */
  @ParameterizedTest
  @ValueSource(strings = {"999999999999s", "999999999999m", "999999999999h"})
  void longestIsADuration(String text) {
    assertThat(Durations.parse("key", text)).isPositive();
  }
}
