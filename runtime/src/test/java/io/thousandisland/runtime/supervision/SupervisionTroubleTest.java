// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.supervision;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Rules T1 and T2 where things go wrong at once, in the middle, or again and again. */
@Timeout(60)
class SupervisionTroubleTest {

  private final BlockingQueue<String> log = new LinkedBlockingQueue<>();
  private final BlockingQueue<Throwable> up = new LinkedBlockingQueue<>();
  private final AtomicLong clock = new AtomicLong();
  private final Observer observer =
      new Observer() {
        @Override
        public void restarted(String node, Throwable reason) {
          log.add("restarted " + node);
        }

        @Override
        public void budgetExhausted(String supervisor, Throwable reason) {
          log.add("exhausted " + supervisor);
        }
      };

  private final FakeNode a = new FakeNode("a", log);
  private final FakeNode b = new FakeNode("b", log);
  private final FakeNode c = new FakeNode("c", log);

  private List<String> next(int count) throws InterruptedException {
    var seen = new ArrayList<String>();
    for (int i = 0; i < count; i++) {
      seen.add(log.poll(20, TimeUnit.SECONDS));
    }
    return seen;
  }

  private Supervisor oneForOne(Node... children) {
    return Supervisor.oneForOne("s", () -> RestartBudget.DEFAULT, observer, List.of(children));
  }

  private Supervisor withClock(int restarts, Duration within, Node... children) {
    var budget = new RestartBudget(restarts, within);
    return new Supervisor(
        "s", Strategy.ONE_FOR_ONE, () -> budget, observer, List.of(children), clock::get);
  }

  // ---- children that come and go

  @Test
  void addedChildRunsIsRestartedAndStopsFirst() throws Exception {
    Supervisor supervisor = oneForOne(a);
    supervisor.start(up::add);
    supervisor.add(b);
    assertThat(supervisor.children()).containsExactly(a, b);
    b.crash();
    assertThat(next(5)).containsExactly("+a", "+b", "-b", "+b", "restarted b");
    supervisor.stop();
    assertThat(next(2)).containsExactly("-b", "-a");
  }

  @Test
  void removedChildStopsAndItsLateCrashIsNobodysConcern() throws Exception {
    Supervisor supervisor = oneForOne(a, b);
    supervisor.start(up::add);
    supervisor.remove(a);
    a.crash();
    b.crash();
    assertThat(next(6)).containsExactly("+a", "+b", "-a", "-b", "+b", "restarted b");
    supervisor.remove(a);
    assertThat(supervisor.children()).containsExactly(b);
    supervisor.stop();
    assertThat(next(1)).containsExactly("-b");
    assertThat(log).isEmpty();
  }

  @Test
  void childAddedToAStoppedSupervisorWaitsForItsStart() throws Exception {
    Supervisor supervisor = oneForOne(a);
    supervisor.add(b);
    assertThat(log).isEmpty();
    supervisor.start(up::add);
    assertThat(next(2)).containsExactly("+a", "+b");
    assertThatThrownBy(() -> supervisor.add(b)).hasMessageContaining("has b already");
    supervisor.stop();
  }

  @Test
  void addedChildThatCannotStartIsNotTakenOnWhateverItReportedMeanwhile() throws Exception {
    var treacherous =
        new FakeNode("t", log) {
          @Override
          public void start(CrashReport mine) {
            mine.crashed(new IllegalStateException("already"));
            throw new IllegalStateException("cannot start");
          }
        };
    Supervisor supervisor = oneForOne(a);
    supervisor.start(up::add);
    assertThatThrownBy(() -> supervisor.add(treacherous))
        .isInstanceOf(StartFailedException.class)
        .hasMessageContaining("cannot start");
    // the answer to a's crash comes after the answers to earlier reports
    a.crash();
    assertThat(next(4)).containsExactly("+a", "-a", "+a", "restarted a");
    assertThat(supervisor.children()).containsExactly(a);
    supervisor.stop();
    assertThat(next(1)).containsExactly("-a");
    assertThat(up).isEmpty();
  }

  @Test
  void fixedListStaysAsItIs() {
    Supervisor fixed = Supervisor.restForOne("s", () -> RestartBudget.DEFAULT, observer, a);
    assertThatThrownBy(() -> fixed.add(b)).isInstanceOf(UnsupportedOperationException.class);
    assertThatThrownBy(() -> fixed.remove(a)).isInstanceOf(UnsupportedOperationException.class);
  }

  // ---- crashes at awkward moments

  @Test
  void crashDuringItsOwnStartIsAnsweredAfterIt() throws Exception {
    var hasty =
        new FakeNode("h", log) {
          private boolean crashed;

          @Override
          public void start(CrashReport mine) throws Exception {
            super.start(mine);
            if (!crashed) {
              crashed = true;
              mine.crashed(new IllegalStateException("at once"));
            }
          }
        };
    Supervisor supervisor = oneForOne(hasty, b);
    supervisor.start(up::add);
    assertThat(next(5)).containsExactly("+h", "+b", "-h", "+h", "restarted h");
    supervisor.stop();
  }

  @Test
  void restartThatFailsIsTriedAgainWithinTheBudgetAndGoesUpBeyondIt() throws Exception {
    Supervisor supervisor = Supervisor.restForOne("s", () -> RestartBudget.DEFAULT, observer, a, b);
    supervisor.start(up::add);
    next(2);
    b.failures.set(2);
    b.crash();
    assertThat(next(3)).containsExactly("-b", "+b", "restarted b"); // the third try succeeds
    b.failures.set(100);
    b.crash();
    assertThat(next(3)).containsExactly("-b", "-a", "exhausted s");
    assertThat(up.poll(20, TimeUnit.SECONDS))
        .isInstanceOf(BudgetExhaustedException.class)
        .hasMessageContaining("s: more than 3 restarts in 5.0 s");
  }

  @Test
  void crashForWhoseAnswerThereIsNoMemoryIsAnsweredAMomentLater() throws Exception {
    var shortOfMemory = new AtomicInteger(1);
    Supervisor supervisor =
        Supervisor.oneForOne(
            "s",
            () -> {
              if (shortOfMemory.getAndDecrement() > 0) {
                throw new OutOfMemoryError("on purpose");
              }
              return RestartBudget.DEFAULT;
            },
            observer,
            List.of(a, b));
    supervisor.start(up::add);
    a.crash();
    assertThat(next(5)).containsExactly("+a", "+b", "-a", "+a", "restarted a");
    b.crash();
    assertThat(next(3)).containsExactly("-b", "+b", "restarted b");
    supervisor.stop();
  }

  @Test
  void twoCrashesAtOnceAreTwoRestarts() throws Exception {
    Supervisor supervisor = oneForOne(a, b, c);
    supervisor.start(up::add);
    next(3);
    a.crash();
    c.crash();
    c.crash(); // a node crashes once in each life
    assertThat(next(6)).containsExactly("-a", "+a", "restarted a", "-c", "+c", "restarted c");
    supervisor.stop();
    assertThat(next(3)).containsExactly("-c", "-b", "-a");
  }

  @Test
  void stopDuringARestartWaitsForTheStartInFlightAndStartsNoOther() throws Exception {
    var restarting = new CountDownLatch(1);
    var release = new CountDownLatch(1);
    var slow =
        new FakeNode("slow", log) {
          private int starts;

          @Override
          public void start(CrashReport mine) throws Exception {
            super.start(mine);
            if (++starts == 2) {
              restarting.countDown();
              release.await();
            }
          }
        };
    Supervisor supervisor =
        Supervisor.restForOne("s", () -> RestartBudget.DEFAULT, observer, slow, b);
    supervisor.start(up::add);
    slow.crash();
    restarting.await();
    Thread stopper = Thread.ofPlatform().daemon().start(supervisor::stop);
    while (stopper.getState() != Thread.State.WAITING) {
      Thread.onSpinWait();
    }
    release.countDown();
    assertThat(stopper.join(Duration.ofSeconds(20))).isTrue();
    assertThat(log.stream().filter(entry -> !entry.startsWith("restarted")))
        .containsExactly("+slow", "+b", "-b", "-slow", "+slow", "-slow");
    assertThat(supervisor.children()).hasSize(2);
  }

  @Test
  void childThatThrowsAtItsStopKeepsNoSiblingFromBeingStopped() throws Exception {
    var broken =
        new FakeNode("broken", log) {
          @Override
          public void stop() {
            super.stop();
            throw new IllegalStateException("on purpose");
          }
        };
    Supervisor supervisor = oneForOne(a, broken, c);
    supervisor.start(up::add);
    next(3);
    var uncaught = new LinkedBlockingQueue<Throwable>();
    Thread stopper = Thread.ofPlatform().unstarted(supervisor::stop);
    stopper.setUncaughtExceptionHandler((thread, bug) -> uncaught.add(bug));
    stopper.start();
    stopper.join();
    assertThat(next(3)).containsExactly("-c", "-broken", "-a");
    assertThat(uncaught).singleElement().satisfies(e -> assertThat(e).hasMessage("on purpose"));
  }

  @Test
  void childMayNotChangeItsSupervisorWhileItIsStarted() {
    var supervisors = new ArrayList<Supervisor>();
    var meddling =
        new FakeNode("m", log) {
          @Override
          public void start(CrashReport mine) {
            supervisors.getFirst().stop();
          }
        };
    Supervisor supervisor = oneForOne(meddling);
    supervisors.add(supervisor);
    assertThatThrownBy(() -> supervisor.start(up::add))
        .hasRootCauseMessage(
            "s: the start or stop of a child must not call start, stop, add or remove");
  }

  // ---- budgets

  @Test
  void budgetForgetsRestartsThatAreOlderThanItsTime() throws Exception {
    Supervisor supervisor = withClock(2, Duration.ofNanos(100), a);
    supervisor.start(up::add);
    next(1);
    for (long at : new long[] {0, 50, 101, 151, 202}) { // never more than two within 100 ns
      clock.set(at);
      a.crash();
      assertThat(next(3)).as("at %d", at).containsExactly("-a", "+a", "restarted a");
    }
    clock.set(251); // restarts at 151 ns (exactly as old as allowed) and at 202 ns count
    a.crash();
    assertThat(next(2)).containsExactly("-a", "exhausted s");
  }

  @Test
  void budgetOfNoRestartsGivesUpAtTheFirstCrash() throws Exception {
    Supervisor supervisor = withClock(0, Duration.ofSeconds(1), a);
    supervisor.start(up::add);
    a.crash();
    assertThat(next(3)).containsExactly("+a", "-a", "exhausted s");
    assertThat(up.poll(20, TimeUnit.SECONDS)).hasCauseInstanceOf(IllegalStateException.class);
  }

  @Test
  void budgetWithoutEndNeverForgets() throws Exception {
    Supervisor supervisor = withClock(1, ChronoUnit.FOREVER.getDuration(), a);
    supervisor.start(up::add);
    a.crash();
    assertThat(next(4)).containsExactly("+a", "-a", "+a", "restarted a");
    clock.set(Long.MAX_VALUE);
    a.crash();
    assertThat(next(2)).containsExactly("-a", "exhausted s");
    assertThat(up.poll(20, TimeUnit.SECONDS)).hasMessageContaining("more than 1 restarts");
  }

  @Test
  void newLifeHasANewBudget() throws Exception {
    Supervisor supervisor = withClock(1, Duration.ofSeconds(1), a);
    for (int life = 0; life < 3; life++) {
      supervisor.start(up::add);
      a.crash();
      assertThat(next(4)).containsExactly("+a", "-a", "+a", "restarted a");
      supervisor.stop();
      next(1);
    }
    assertThat(up).isEmpty();
  }

  // ---- all the way up

  @Test
  void crashesEscalateThroughTwoLevelsToTheRootWhichTriesAgain() throws Exception {
    var budget = new RestartBudget(1, Duration.ofHours(1));
    Supervisor lower = Supervisor.oneForOne("lower", () -> budget, observer, List.of(a));
    Supervisor upper = Supervisor.restForOne("upper", () -> budget, observer, b, lower);
    var heard = new LinkedBlockingQueue<String>();
    var root = new Root(upper, new Backoff(Duration.ofMillis(1), Duration.ofHours(1)), to(heard));
    root.start();
    assertThat(heard.poll(20, TimeUnit.SECONDS)).isEqualTo("up");
    assertThat(next(2)).containsExactly("+b", "+a");
    a.crash();
    assertThat(next(3)).containsExactly("-a", "+a", "restarted a");
    a.crash(); // past the lower budget: the upper supervisor restarts the lower one
    assertThat(next(4)).containsExactly("-a", "exhausted lower", "+a", "restarted lower");
    a.crash();
    assertThat(next(3)).containsExactly("-a", "+a", "restarted a");
    a.crash(); // past both budgets
    assertThat(next(4)).containsExactly("-a", "exhausted lower", "-b", "exhausted upper");
    assertThat(heard.poll(20, TimeUnit.SECONDS)).startsWith("down").contains("upper: more than 1");
    assertThat(heard.poll(20, TimeUnit.SECONDS)).isEqualTo("up");
    assertThat(next(2)).containsExactly("+b", "+a");
    assertStops(root);
    assertThat(next(2)).containsExactly("-a", "-b");
  }

  private static RootListener to(BlockingQueue<String> heard) {
    return new RootListener() {
      @Override
      public void up() {
        heard.add("up");
      }

      @Override
      public void down(Throwable reason, Duration retryIn) {
        heard.add("down " + reason.getMessage());
      }
    };
  }

  /** Signals that the root is about to park: it does not look again before a thread wakes it. */
  private static Time saying(CountDownLatch parking) {
    return new Time() {
      @Override
      public long nanoTime() {
        return Time.SYSTEM.nanoTime();
      }

      @Override
      public void park(Object blocker, long nanos) {
        parking.countDown();
        Time.SYSTEM.park(blocker, nanos);
      }
    };
  }

  /**
   * Stops the root on a thread of its own: no time limit ends a stop that waits, because the stop
   * ignores interrupts.
   */
  private static void assertStops(Root root) throws InterruptedException {
    Thread stopper = Thread.ofPlatform().daemon().start(root::stop);
    assertThat(stopper.join(Duration.ofSeconds(20))).isTrue();
  }

  @Test
  void rootWhoseNodeIsUpStopsAtOnce() throws Exception {
    var parking = new CountDownLatch(1);
    var root = new Root(a, Backoff.DEFAULT, to(new LinkedBlockingQueue<>()), saying(parking));
    root.start();
    parking.await();
    assertStops(root);
    assertThat(next(2)).containsExactly("+a", "-a");
  }

  @Test
  void rootThatWaitsForItsNextTryStopsAtOnce() throws Exception {
    a.failures.set(100);
    var heard = new LinkedBlockingQueue<String>();
    var parking = new CountDownLatch(1);
    var hour = new Backoff(Duration.ofHours(1), Duration.ofHours(1));
    var root = new Root(a, hour, to(heard), saying(parking));
    root.start();
    assertThat(heard.poll(20, TimeUnit.SECONDS)).startsWith("down");
    parking.await();
    assertStops(root); // not after the backoff of an hour
    assertStops(root);
    assertThat(log).isEmpty();
    assertThat(heard).isEmpty();
  }

  @Test
  void rootTriesAtOnceWhenToldTo() throws Exception {
    a.failures.set(1);
    var heard = new LinkedBlockingQueue<String>();
    var root = new Root(a, new Backoff(Duration.ofHours(1), Duration.ofHours(1)), to(heard));
    root.start();
    assertThat(heard.poll(20, TimeUnit.SECONDS)).startsWith("down");
    root.retryNow();
    assertThat(heard.poll(20, TimeUnit.SECONDS)).isEqualTo("up");
    assertStops(root);
    assertThat(next(2)).containsExactly("+a", "-a");
  }

  @Test
  void rootThatWasNeverStartedStops() throws Exception {
    var root = new Root(a, Backoff.DEFAULT, to(new LinkedBlockingQueue<>()));
    assertStops(root);
    assertThat(log).isEmpty();
  }

  @Test
  void wrongBudgetsAndBackoffsAreRefused() {
    assertThatThrownBy(() -> new RestartBudget(-1, Duration.ofSeconds(1)))
        .hasMessage("restarts is -1, must be 0 or more");
    assertThatThrownBy(() -> new RestartBudget(1, Duration.ZERO))
        .hasMessageContaining("must be more than zero");
    assertThatThrownBy(() -> new Backoff(Duration.ofSeconds(2), Duration.ofSeconds(1)))
        .hasMessageContaining("must be at least");
  }
}
