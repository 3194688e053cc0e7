// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Rule X5: a buffer is no larger than the bytes that the connection has sent lately. */
class ReadSizeTest {

  private static final boolean FILLED = true;

  private byte size = ReadSize.FIRST;

  @Test
  void connectionThatSendsLittleReadsFourKibibytes() {
    for (int i = 0; i < 10; i++) {
      assertThat(after(64, !FILLED)).isEqualTo(4 << 10);
    }
  }

  @Test
  void readThatFillsItsBufferIsFollowedByOneFourTimesAsLarge() {
    assertThat(after(4 << 10, FILLED)).isEqualTo(16 << 10);
    assertThat(after(16 << 10, FILLED)).isEqualTo(64 << 10);
  }

  @Test
  void nothingGrowsBeyondTheLargestBufferThatMayBeConfigured() {
    List<Integer> sizes = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      sizes.add(after(1, FILLED));
    }
    assertThat(sizes).allMatch(each -> each <= 1 << 24).contains(1 << 24);
  }

  @Test
  void oneSmallReadChangesNothing() {
    after(4 << 10, FILLED);
    after(16 << 10, FILLED);
    assertThat(after(1, !FILLED)).isEqualTo(64 << 10);
    assertThat(after(17 << 10, !FILLED)).isEqualTo(64 << 10);
    assertThat(after(1, !FILLED)).isEqualTo(64 << 10);
  }

  @Test
  void twoSmallReadsInARowAreFollowedByAQuarter() {
    after(4 << 10, FILLED);
    after(16 << 10, FILLED);
    after(16 << 10, !FILLED);
    assertThat(after(16 << 10, !FILLED)).isEqualTo(16 << 10);
    assertThat(after(64, !FILLED)).isEqualTo(16 << 10);
    assertThat(after(64, !FILLED)).isEqualTo(4 << 10);
  }

  private int after(int got, boolean filled) {
    size = ReadSize.after(size, got, filled);
    return ReadSize.bytes(size);
  }
}
