// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.transport.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import io.thousandisland.transport.ThreadLender;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.SelectionKey;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;

/** Rule X3: threads and descriptors of the pollers and of their watch, from start to end. */
@Timeout(60)
class PollersTest {

  /** The threads of all watches, also of the transports of other tests. */
  private static Set<Thread> watches() {
    var threads = new HashSet<>(Thread.getAllStackTraces().keySet());
    threads.removeIf(thread -> !thread.getName().equals("thousandisland tcp poller watch"));
    return threads;
  }

  private static Thread watchSince(Set<Thread> others) {
    Set<Thread> mine = watches();
    mine.removeAll(others);
    assertThat(mine).hasSize(1);
    return mine.iterator().next();
  }

  private static void awaitState(Thread thread, Thread.State state) {
    while (thread.getState() != state) {
      assertThat(thread.isAlive()).as("runs yet").isTrue();
      Thread.yield(); // the test has a time limit
    }
  }

  private static void awaitEnd(Thread thread) throws InterruptedException {
    assertThat(thread.join(Duration.ofSeconds(20))).as("has ended").isTrue();
  }

  @Test
  void x3CloseOfThePollersEndsTheirWatchToo() throws Exception {
    Set<Thread> others = watches();
    Pollers pollers = Pollers.start(2, PollerThreads.forOwnThreads());
    Thread watch = watchSince(others);
    pollers.close();
    awaitEnd(watch);
  }

  @Test
  void x3WatchThatRestsBecauseAllPollersSleepEndsWhenItIsClosed() throws Exception {
    var watch = new PollerWatch();
    try (var poller =
        new Poller(PollerThreads.forOwnThreads().factory(), Standby.unlimited(), watch::attend)) {
      poller.start();
      Set<Thread> others = watches();
      watch.start(List.of(poller));
      Thread thread = watchSince(others);
      awaitState(thread, Thread.State.WAITING);
      watch.close();
      awaitEnd(thread);
    }
  }

  @Test
  void x3HundredPollersThatWereNeverStartedLeaveNoDescriptor() throws Exception {
    long before = descriptors();
    for (int i = 0; i < 100; i++) {
      new Poller(PollerThreads.forOwnThreads().factory(), Standby.unlimited(), () -> {}).close();
    }
    assertThat(descriptors()).isLessThanOrEqualTo(before + 5);
  }

  private static long descriptors() throws IOException {
    try (var files = Files.list(Path.of("/proc/self/fd"))) {
      return files.count();
    }
  }

  // ---- interrupts

  @Test
  void x3WhoIsInterruptedWhileAPollerEndsStaysInterrupted() throws Exception {
    var threads = new Threads();
    var poller = new Poller(threads::next, Standby.unlimited(), () -> {});
    poller.start();
    Thread.currentThread().interrupt();
    poller.close();
    assertThat(Thread.interrupted()).isTrue();
    awaitEnd(threads.last);
  }

  @Test
  void x3WaitForAReleaseOutlastsAnInterruptAndKeepsIt() throws Exception {
    var release = new CountDownLatch(1);
    var interrupted = new AtomicBoolean();
    Thread waits =
        Thread.ofPlatform()
            .daemon()
            .start(
                () -> {
                  Releases.await(release, Duration.ofMinutes(1));
                  interrupted.set(Thread.currentThread().isInterrupted());
                });
    awaitState(waits, Thread.State.TIMED_WAITING);
    waits.interrupt();
    while (waits.isInterrupted()) {
      Thread.yield(); // until the wait has noticed the interrupt
    }
    awaitState(waits, Thread.State.TIMED_WAITING);
    release.countDown();
    awaitEnd(waits);
    assertThat(interrupted).isTrue();
  }

  @Test
  void x3WaitForAReleaseThatNeverComesEnds() throws Exception {
    var release = new CountDownLatch(1);
    Thread waits =
        Thread.ofPlatform().daemon().unstarted(() -> Releases.await(release, Duration.ofMillis(1)));
    waits.start();
    awaitEnd(waits);
    assertThat(release.getCount()).isOne();
  }

  // ---- threads

  /** Platform threads. The first one starts; when there is no memory, the others cannot. */
  private static final class Threads {
    final AtomicInteger refused = new AtomicInteger();
    volatile boolean noMemory;
    volatile Thread last = Thread.currentThread();

    Thread next(Runnable work) {
      if (noMemory) {
        refused.incrementAndGet();
        throw new Error("no thread, on purpose");
      }
      last = Thread.ofPlatform().daemon().unstarted(work);
      return last;
    }
  }

  /** A channel that can be written to as often as it asks. */
  private static final class Writable implements Polled {
    final Semaphore told = new Semaphore(0);
    private final SocketChannel channel;
    private final Registration<SocketChannel> registration;

    Writable(SocketChannel channel, Poller poller) throws IOException {
      this.channel = channel;
      channel.configureBlocking(false);
      registration = new Registration<>(channel, takesThread -> poller, this);
    }

    void awaitTold() throws InterruptedException {
      registration.on(SelectionKey.OP_WRITE);
      assertThat(told.tryAcquire(20, TimeUnit.SECONDS)).as("told").isTrue();
    }

    @Override
    public void ready(int ops, @Nullable ThreadLender lender) {
      registration.off(SelectionKey.OP_WRITE);
      told.release();
    }

    @Override
    public void close() throws IOException {
      channel.close();
    }
  }

  @Test
  void x7PollerThatIsToBeRenewedWithoutMemoryForAThreadGoesOnWithItsOwn() throws Exception {
    var threads = new Threads();
    try (var listening = ServerSocketChannel.open();
        var poller = new Poller(threads::next, Standby.unlimited(), () -> {})) {
      listening.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
      poller.start();
      var channel = new Writable(SocketChannel.open(listening.getLocalAddress()), poller);
      channel.awaitTold();
      threads.noMemory = true;
      poller.renew();
      while (threads.refused.get() == 0) {
        Thread.yield(); // the test has a time limit
      }
      channel.awaitTold();
      assertThat(threads.last.isAlive()).isTrue();
    }
  }

  @Test
  @EnabledForJreRange(min = JRE.JAVA_25)
  void x7PollersAreVirtualWhereASelectorParksTheirThreads() {
    assertThat(PollerThreads.forOwnThreads()).isEqualTo(PollerThreads.VIRTUAL);
  }

  @Test
  @EnabledForJreRange(max = JRE.JAVA_24)
  void x7PollersAreNotVirtualWhereASelectorWouldPinTheirCarriers() {
    assertThat(PollerThreads.forOwnThreads()).isEqualTo(PollerThreads.PLATFORM);
  }
}
