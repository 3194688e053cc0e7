// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.connection;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class LabelsTest {

  @Test
  void controlCharactersCannotForgeALine() {
    assertThat(Labels.clean("ann\r\n2026 WARN \u001b[31m\u2028\u202e\0"))
        .isEqualTo("ann??2026 WARN ?[31m???");
  }

  @Test
  void longTextIsCutAndNoCharacterIsSplit() {
    assertThat(Labels.clean("x".repeat(101))).isEqualTo("x".repeat(100));
    assertThat(Labels.clean("x".repeat(99) + "😀")).isEqualTo("x".repeat(99));
    assertThat(Labels.clean("x".repeat(98) + "😀")).endsWith("😀");
    assertThat(Labels.clean("\ud83d")).isEqualTo("?");
  }
}
