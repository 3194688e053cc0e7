// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.supervision;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Rules T1 and T2, without a socket. */
@Timeout(60)
class SupervisorTest {

  private final BlockingQueue<String> log = new LinkedBlockingQueue<>();
  private final BlockingQueue<Throwable> up = new LinkedBlockingQueue<>();
  private final Observer observer =
      new Observer() {
        @Override
        public void restarted(String node, Throwable reason) {
          log.add("restarted");
        }

        @Override
        public void budgetExhausted(String supervisor, Throwable reason) {
          log.add("exhausted");
        }
      };

  /** Logs its starts and stops; crashes on demand, and fails its next starts. */
  private final class Fake implements Node {
    private final String name;
    private volatile CrashReport crash = reason -> {};
    private volatile int failures;

    Fake(String name) {
      this.name = name;
    }

    @Override
    public String name() {
      return name;
    }

    @Override
    public void start(CrashReport mine) {
      if (failures > 0) {
        failures--;
        throw new IllegalStateException(name + " cannot start");
      }
      crash = mine;
      log.add("+" + name);
    }

    @Override
    public void stop() {
      log.add("-" + name);
    }

    void crash() {
      crash.crashed(new IllegalStateException(name + " crashed"));
    }
  }

  private List<String> next(int count) throws InterruptedException {
    var seen = new ArrayList<String>();
    for (int i = 0; i < count; i++) {
      seen.add(log.poll(20, TimeUnit.SECONDS));
    }
    return seen;
  }

  private final Fake a = new Fake("a");
  private final Fake b = new Fake("b");
  private final Fake c = new Fake("c");

  private Supervisor restForOne() {
    return Supervisor.restForOne("s", () -> RestartBudget.DEFAULT, observer, a, b, c);
  }

  @Test
  void startsTopToBottomAndStopsInReverse() throws Exception {
    Supervisor supervisor = restForOne();
    supervisor.start(up::add);
    supervisor.stop();
    assertThat(next(6)).containsExactly("+a", "+b", "+c", "-c", "-b", "-a");
  }

  @Test
  void restForOneRestartsTheCrashedAndThoseAfterIt() throws Exception {
    Supervisor supervisor = restForOne();
    supervisor.start(up::add);
    next(3);
    b.crash();
    assertThat(next(5)).containsExactly("-c", "-b", "+b", "+c", "restarted");
    supervisor.stop();
  }

  @Test
  void oneForOneRestartsTheCrashedOnly() throws Exception {
    Supervisor supervisor =
        Supervisor.oneForOne("s", () -> RestartBudget.DEFAULT, observer, List.of(a, b, c));
    supervisor.start(up::add);
    next(3);
    a.crash();
    assertThat(next(3)).containsExactly("-a", "+a", "restarted");
    supervisor.stop();
  }

  @Test
  void childThatCannotStartStopsThoseStartedAndTheFailureIsThrown() {
    c.failures = 1;
    Supervisor supervisor = restForOne();
    assertThatThrownBy(() -> supervisor.start(up::add)).hasMessageContaining("c");
    assertThat(log).containsExactly("+a", "+b", "-b", "-a");
  }

  @Test
  void pastItsBudgetTheFailureGoesUp() throws Exception {
    Supervisor supervisor = restForOne();
    supervisor.start(up::add);
    next(3);
    for (int i = 0; i < 3; i++) {
      c.crash();
      assertThat(next(3)).containsExactly("-c", "+c", "restarted");
    }
    c.crash();
    Throwable reason = up.poll(20, TimeUnit.SECONDS);
    assertThat(reason).isNotNull();
    assertThat(next(4)).contains("-c", "-b", "-a", "exhausted");
  }

  @Test
  void crashOfAnEarlierLifeIsIgnored() throws Exception {
    Supervisor supervisor = restForOne();
    supervisor.start(up::add);
    next(3);
    CrashReport old = c.crash;
    c.crash();
    next(3);
    old.crashed(new IllegalStateException("late"));
    supervisor.stop();
    assertThat(next(3)).containsExactly("-c", "-b", "-a");
  }

  @Test
  void rootTriesAgainWithBackoffUntilItIsUp() throws Exception {
    a.failures = 2;
    var heard = new LinkedBlockingQueue<String>();
    var root =
        new Root(
            a,
            new Backoff(Duration.ofMillis(1), Duration.ofMillis(8)),
            new RootListener() {
              @Override
              public void up() {
                heard.add("up");
              }

              @Override
              public void down(Throwable reason, Duration retryIn) {
                heard.add("down " + retryIn.toMillis());
              }
            });
    root.start();
    assertThat(heard.poll(20, TimeUnit.SECONDS)).isEqualTo("down 1");
    assertThat(heard.poll(20, TimeUnit.SECONDS)).isEqualTo("down 2");
    assertThat(heard.poll(20, TimeUnit.SECONDS)).isEqualTo("up");
    root.stop();
    assertThat(next(2)).containsExactly("+a", "-a");
  }

  @Test
  void backoffDoublesFromOneSecondToSixty() {
    assertThat(List.of(1, 2, 3, 7, 8).stream().map(Backoff.DEFAULT::after).map(Duration::toSeconds))
        .containsExactly(1L, 2L, 4L, 60L, 60L);
  }
}
