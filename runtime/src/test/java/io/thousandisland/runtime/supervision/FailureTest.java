// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.supervision;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

/** The messages of the tree's failures. */
class FailureTest {

  private final Exception bug = new IllegalStateException("on purpose");

  @Test
  void startThatFailedNamesThePathToItsOriginAndTheOrigin() {
    var worker = new StartFailedException("worker", bug);
    var acceptor = new StartFailedException("acceptor 1", worker);
    assertThat(acceptor.node()).isEqualTo("acceptor 1");
    assertThat(acceptor).hasMessage("acceptor 1 / worker could not start: " + bug);
    assertThat(acceptor.origin()).isSameAs(bug);
    assertThat(worker.origin()).isSameAs(bug);
  }

  @Test
  void exhaustedBudgetSaysHowLargeItWas() {
    var budget = new RestartBudget(3, Duration.ofMillis(5_500));
    var exhausted = new BudgetExhaustedException("acceptors", budget, bug);
    assertThat(exhausted.supervisor()).isEqualTo("acceptors");
    assertThat(exhausted)
        .hasMessage("acceptors: more than 3 restarts in 5.5 s; the last crash: " + bug);
  }

  @Test
  void waitDoublesUpToItsLimitAndAsLongAnUpForgives() {
    var backoff = new Backoff(Duration.ofSeconds(1), Duration.ofSeconds(4));
    assertThat(backoff.after(1)).isEqualTo(Duration.ofSeconds(1));
    assertThat(backoff.after(2)).isEqualTo(Duration.ofSeconds(2));
    assertThat(backoff.after(3)).isEqualTo(Duration.ofSeconds(4));
    assertThat(backoff.after(4)).isEqualTo(Duration.ofSeconds(4));
    assertThat(backoff.forgivenAfter(Duration.ofSeconds(4))).isTrue();
    assertThat(backoff.forgivenAfter(Duration.ofMillis(3_999))).isFalse();
  }
}
