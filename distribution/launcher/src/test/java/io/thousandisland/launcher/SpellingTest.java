// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SpellingTest {

  @ParameterizedTest
  @CsvSource({
    "prot,port",
    "por,port",
    "ports,port",
    "Port,port",
    "depoly,deploy",
    "shel,shell",
    "FW,fw"
  })
  void mistypedNameIsNear(String typed, String name) {
    assertThat(Spelling.near(typed, name)).isTrue();
  }

  @ParameterizedTest
  @CsvSource({
    "host,port",
    "print,port",
    "fw,port",
    "user.dir,deploy",
    "help,shell",
    "test,port",
    "few,fw",
    "f,fw"
  })
  void otherNameIsNot(String typed, String name) {
    assertThat(Spelling.near(typed, name)).isFalse();
  }

  @ParameterizedTest
  @CsvSource({"port,port,0", "prot,port,1", "pt,port,2", "'',port,4", "abcd,port,4", "ca,abc,3"})
  void distanceCountsLettersThatAreMissingTooManyWrongOrSwapped(
      String from, String to, int distance) {
    assertThat(Spelling.distance(from, to)).isEqualTo(distance);
    assertThat(Spelling.distance(to, from)).isEqualTo(distance);
  }
}
