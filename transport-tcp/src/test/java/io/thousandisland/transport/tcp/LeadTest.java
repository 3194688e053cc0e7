// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.transport.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Rule X7: the thread that leads after a thread was lent. */
@Timeout(20)
class LeadTest {

  /** The steps that the test gives. A leader runs them until it has lost the lead. */
  private final BlockingQueue<Runnable> steps = new LinkedBlockingQueue<>();

  private final BlockingQueue<Object> seen = new LinkedBlockingQueue<>();
  private final Lead lead = new Lead(Thread.ofVirtual().factory(), this::work);

  private void work() {
    try {
      while (lead.isMine()) {
        steps.take().run();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Runs the step on the thread that leads, and returns its result. */
  private Object leader(java.util.function.Supplier<Object> step) throws InterruptedException {
    steps.add(() -> seen.add(step.get()));
    return seen.take();
  }

  @AfterEach
  void end() {
    steps.add(() -> Thread.currentThread().interrupt());
  }

  @Test
  void leaderThatComesBackInTimeStillLeads() throws Exception {
    lead.start();
    lead.passIfAwayForLong();
    lead.passIfAwayForLong(); // the leader is at work
    long trip = (Long) leader(lead::lend);
    lead.passIfAwayForLong(); // away now, but not a moment ago
    assertThat(leader(() -> lead.back(trip))).isEqualTo(true);
    lead.passIfAwayForLong();
    assertThat(leader(lead::isMine)).isEqualTo(true);
    assertThat(lead.isMine()).isFalse();
  }

  @Test
  void leaderThatIsAwayForLongHasLostTheLeadWhenItIsBack() throws Exception {
    lead.start();
    Thread first = (Thread) leader(Thread::currentThread);
    steps.add(
        () -> {
          long trip = lead.lend();
          lead.passIfAwayForLong(); // as the watch would
          lead.passIfAwayForLong();
          seen.add(lead.back(trip));
        });
    assertThat(seen.take()).isEqualTo(false);
    assertThat(leader(Thread::currentThread)).isNotEqualTo(first);
    assertThat(first.join(java.time.Duration.ofSeconds(10))).isTrue();
  }

  @Test
  void leaderMayPassTheLeadItselfLentOrNot() throws Exception {
    lead.start();
    Thread first = (Thread) leader(Thread::currentThread);
    assertThat(leader(lead::pass)).isEqualTo(false);
    Thread second = (Thread) leader(Thread::currentThread);
    steps.add(
        () -> {
          long trip = lead.lend();
          lead.passIfAway();
          seen.add(lead.back(trip));
        });
    assertThat(seen.take()).isEqualTo(false);
    assertThat(leader(Thread::currentThread)).isNotIn(first, second);
  }

  /** The leader comes back at the moment of the look, again and again. */
  @Test
  void thereIsAlwaysOneLeaderAndNeverTwo() throws Exception {
    int rounds = 20_000;
    var leading = new AtomicInteger();
    var done = new AtomicInteger();
    var two = new AtomicBoolean();
    var self = new Lead[1];
    var ended = new CyclicBarrier(2);
    self[0] =
        new Lead(
            Thread.ofPlatform().daemon().factory(),
            () -> {
              if (leading.incrementAndGet() != 1) {
                two.set(true);
              }
              while (done.incrementAndGet() < rounds) {
                leading.decrementAndGet(); // first: from the lending on another thread may lead
                long trip = self[0].lend();
                if (!self[0].back(trip)) {
                  return;
                }
                if (leading.incrementAndGet() != 1) {
                  two.set(true);
                }
              }
              try {
                ended.await();
              } catch (Exception e) {
                throw new IllegalStateException(e);
              }
            });
    self[0].start();
    while (done.get() < rounds) {
      self[0].passIfAwayForLong();
    }
    ended.await();
    assertThat(two).isFalse();
  }

  @Test
  void leaderGoesOnWhenNoThreadCanTakeItsPlace() throws Exception {
    var failing = new AtomicBoolean();
    var turns = new LinkedBlockingQueue<Thread>();
    var self = new Lead[1];
    self[0] =
        new Lead(
            work ->
                new Thread(work) {
                  @Override
                  public void start() {
                    if (failing.get()) {
                      throw new OutOfMemoryError("on purpose");
                    }
                    super.start();
                  }
                },
            () -> {
              long trip = self[0].lend();
              failing.set(true);
              self[0].passIfAway();
              if (self[0].back(trip) && self[0].pass() && self[0].isMine()) {
                turns.add(Thread.currentThread());
              }
            });
    self[0].start();
    assertThat(turns.take()).isNotNull();
  }

  /** In the middle of one pass there is another: one by the watch, and one by the leader itself. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void b11LeadThatTwoPassAtOnceGoesToOneThread(boolean watchFirst) throws Exception {
    var created = new LinkedBlockingQueue<Thread>();
    var leaders = new LinkedBlockingQueue<Thread>();
    var self = new Lead[1];
    Runnable byLeader = () -> self[0].passIfAway();
    Runnable byWatch =
        () -> {
          self[0].passIfAwayForLong();
          self[0].passIfAwayForLong();
        };
    self[0] =
        new Lead(
            work -> {
              Thread thread = Thread.ofVirtual().unstarted(work);
              created.add(thread);
              if (created.size() == 2) {
                (watchFirst ? byLeader : byWatch).run();
              }
              return thread;
            },
            () -> {
              leaders.add(Thread.currentThread());
              if (leaders.size() == 1) {
                long trip = self[0].lend();
                (watchFirst ? byWatch : byLeader).run();
                leaders.addAll(self[0].back(trip) ? List.of(Thread.currentThread()) : List.of());
              }
            });
    self[0].start();
    created.peek().join();
    for (Thread thread : created) {
      thread.join();
    }
    assertThat(leaders).hasSize(2).doesNotHaveDuplicates();
  }
}
