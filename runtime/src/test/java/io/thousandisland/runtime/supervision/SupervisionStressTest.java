// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.supervision;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A random walk: four threads crash nodes of a tree of two levels, which stays in order. */
@Timeout(60)
class SupervisionStressTest {

  private final Queue<String> broken = new ConcurrentLinkedQueue<>();
  private final AtomicInteger running = new AtomicInteger();
  private final AtomicInteger starts = new AtomicInteger();

  /** Starts after the node it depends on, and stops before it. */
  private final class Leaf implements Node {
    private final String name;
    private final @Nullable Leaf needed;
    private final AtomicInteger lives = new AtomicInteger();
    private volatile CrashReport crash = reason -> {};

    Leaf(String name, @Nullable Leaf needed) {
      this.name = name;
      this.needed = needed;
    }

    @Override
    public String name() {
      return name;
    }

    @Override
    public void start(CrashReport mine) {
      starts.incrementAndGet();
      if (needed != null && needed.lives.get() != 1) {
        broken.add(name + " started without " + needed.name);
      }
      if (starts.get() % 37 == 0) {
        throw new IllegalStateException("now and then one cannot start");
      }
      if (lives.incrementAndGet() != 1) {
        broken.add(name + " started twice");
      }
      running.incrementAndGet();
      crash = mine;
    }

    @Override
    public void stop() {
      if (needed != null && needed.lives.get() != 1) {
        broken.add(name + " stopped after " + needed.name);
      }
      if (lives.decrementAndGet() != 0) {
        broken.add(name + " stopped twice");
      }
      running.decrementAndGet();
    }
  }

  @Test
  void t1OrderHoldsWhateverCrashesWhen() throws Exception {
    var leaves = new ArrayList<Leaf>();
    var pairs = new ArrayList<Node>();
    var often = new RestartBudget(20, Duration.ofMillis(50)); // exhausted now and then
    var quiet = new Quiet();
    for (int i = 0; i < 4; i++) {
      var first = new Leaf("first " + i, null);
      var second = new Leaf("second " + i, first);
      leaves.add(first);
      leaves.add(second);
      pairs.add(Supervisor.restForOne("pair " + i, () -> often, quiet, first, second));
    }
    var seldom = new RestartBudget(4, Duration.ofMillis(50));
    Supervisor top = Supervisor.oneForOne("top", () -> seldom, quiet, pairs);
    var downs = new AtomicInteger();
    var ups = new AtomicInteger();
    var root =
        new Root(
            top,
            new Backoff(Duration.ofMillis(1), Duration.ofMillis(2)),
            new RootListener() {
              @Override
              public void up() {
                ups.incrementAndGet();
              }

              @Override
              public void down(Throwable reason, Duration retryIn) {
                downs.incrementAndGet();
              }
            });
    root.start();
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(2);
    var crashes = new AtomicInteger();
    List<Thread> walkers = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      var random = new Random(i);
      walkers.add(
          Thread.ofPlatform()
              .daemon()
              .start(
                  () -> {
                    while (System.nanoTime() < end && crashes.get() < 50_000) {
                      Leaf leaf = leaves.get(random.nextInt(leaves.size()));
                      leaf.crash.crashed(new IllegalStateException("walk"));
                      crashes.incrementAndGet();
                      java.util.concurrent.locks.LockSupport.parkNanos(random.nextInt(300_000));
                    }
                  }));
    }
    for (Thread walker : walkers) {
      assertThat(walker.join(Duration.ofSeconds(30))).isTrue();
    }
    root.stop();
    int after = starts.get();
    System.out.printf(
        "walk: %d crashes told, %d starts, root %d times up, %d times down%n",
        crashes.get(), after, ups.get(), downs.get());
    assertThat(broken).isEmpty();
    assertThat(running).as("what runs after the stop").hasValue(0);
    leaves.forEach(leaf -> leaf.crash.crashed(new IllegalStateException("late")));
    assertThat(starts).hasValue(after);
    assertThat(after).isGreaterThan(100);
    assertThat(ups).hasPositiveValue();
  }

  private static final class Quiet implements Observer {
    @Override
    public void restarted(String node, Throwable reason) {}

    @Override
    public void budgetExhausted(String supervisor, Throwable reason) {}
  }
}
