// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.transport.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Rule X3: a thread that waits for a release gets it, in the order of asking, or all get it at the
 * end.
 */
class ReleasesTest {

  private final Releases releases = new Releases();

  private List<CountDownLatch> ask() {
    return Stream.generate(releases::ask).limit(3).toList();
  }

  @Test
  void x3WhoAskedFirstIsNext() {
    List<CountDownLatch> asked = ask();
    for (CountDownLatch each : asked) {
      assertThat(releases.noneAsked()).isFalse();
      assertThat(releases.next()).isSameAs(each);
    }
    assertThat(releases.noneAsked()).isTrue();
    assertThat(releases.next()).isNull();
  }

  @Test
  void x3EndOfAPollerReleasesAllThatWait() {
    List<CountDownLatch> asked = ask();
    releases.grantAll();
    assertThat(asked).allMatch(each -> each.getCount() == 0);
    assertThat(releases.noneAsked()).isTrue();
  }
}
