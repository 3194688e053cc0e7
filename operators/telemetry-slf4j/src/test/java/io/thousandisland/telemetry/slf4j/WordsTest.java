// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.telemetry.slf4j;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WordsTest {

  @ParameterizedTest
  @CsvSource({
    "0, 0s",
    "7, 7ms",
    "500, 500ms",
    "1000, 1s",
    "1234, 1234ms",
    "15000, 15s",
    "60000, 60s",
    "61234, 61s",
    "600000, 10m",
    "3599999, 60m",
    "36000000, 10h",
    "90000000, 25h"
  })
  void durationIsAsInAConfiguration(long millis, String text) {
    assertThat(Words.duration(Duration.ofMillis(millis))).isEqualTo(text);
  }
}
