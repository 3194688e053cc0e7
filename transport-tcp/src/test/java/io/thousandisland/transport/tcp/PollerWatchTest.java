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
import java.time.Duration;
import java.util.AbstractList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Rule X7: the watch sees a poller whose thread is away for long, whatever happened before. */
@Timeout(60)
class PollerWatchTest {

  private final PollerWatch watch = new PollerWatch();
  private Poller poller;
  private ServerSocketChannel listening;

  @BeforeEach
  void open() throws IOException {
    poller =
        new Poller(PollerThreads.forOwnThreads().factory(), Standby.unlimited(), watch::attend);
    poller.start();
    listening = ServerSocketChannel.open();
    listening.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
  }

  @AfterEach
  void close() throws IOException {
    poller.close();
    watch.close();
    listening.close();
  }

  /** A channel that can be written to. At its notice it keeps its poller's thread. */
  private final class Writable implements Polled {
    final Semaphore told = new Semaphore(0);
    final CountDownLatch release = new CountDownLatch(1);
    private final SocketChannel channel;
    private final SocketChannel peer;
    private final Registration<SocketChannel> registration;

    Writable() throws IOException {
      peer = SocketChannel.open(listening.getLocalAddress());
      channel = listening.accept();
      channel.configureBlocking(false);
      registration = new Registration<>(channel, takesThread -> poller, this);
    }

    void start() {
      registration.on(SelectionKey.OP_WRITE);
    }

    /** Keeps the thread until it is released. */
    @Override
    public void ready(int ops, @Nullable ThreadLender lender) {
      registration.off(SelectionKey.OP_WRITE);
      told.release();
      try {
        release.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }

    void awaitTold() throws InterruptedException {
      assertThat(told.tryAcquire(20, TimeUnit.SECONDS)).isTrue();
    }

    @Override
    public void close() throws IOException {
      channel.close();
      peer.close();
    }
  }

  /** The pollers, as seen by a watch that has no memory for its first looks. */
  private final class FailingAtFirst extends AbstractList<Poller> {
    final AtomicInteger looks = new AtomicInteger();
    final CountDownLatch failed = new CountDownLatch(3);

    @Override
    public Iterator<Poller> iterator() {
      if (failed.getCount() > 0) {
        failed.countDown();
        throw new Error("no memory, on purpose"); // an OutOfMemoryError would end JUnit
      }
      looks.incrementAndGet();
      return List.of(poller).iterator();
    }

    @Override
    public Poller get(int index) {
      return poller;
    }

    @Override
    public int size() {
      return 1;
    }
  }

  private void assertHangingPollerIsReplaced() throws Exception {
    var hanging = new Writable();
    hanging.start();
    hanging.awaitTold();
    var other = new Writable();
    other.start();
    other.awaitTold();
    other.release.countDown();
    hanging.release.countDown();
  }

  @Test
  void b5WatchGoesOnThoughItsLooksFail() throws Exception {
    var pollers = new FailingAtFirst();
    watch.start(pollers);
    assertThat(pollers.failed.await(20, TimeUnit.SECONDS)).isTrue();
    assertHangingPollerIsReplaced();
  }

  @Test
  void x7WatchThatRestsIsThereWhenAPollerWorksAgain() throws Exception {
    var pollers = new FailingAtFirst();
    watch.start(pollers);
    for (int i = 0; i < 3; i++) {
      assertHangingPollerIsReplaced();
      awaitRest(pollers);
    }
  }

  /**
   * Waits until the watch rests. While the poller sleeps the watch looks no more: two looks in a
   * row are the same.
   */
  private void awaitRest(FailingAtFirst pollers) throws InterruptedException {
    int before;
    do {
      before = pollers.looks.get();
      TimeUnit.MILLISECONDS.sleep(50); // time for five looks of a watch that does not rest
    } while (!poller.sleeps() || pollers.looks.get() != before);
  }

  /** The threads of all watches, also of the transports of other tests. */
  private static Set<Thread> watches() {
    var threads = new HashSet<>(Thread.getAllStackTraces().keySet());
    threads.removeIf(thread -> !thread.getName().equals("thousandisland tcp poller watch"));
    return threads;
  }

  @Test
  void x7ClosedWatchEndsItsThread() throws Exception {
    Set<Thread> others = watches();
    watch.start(List.of(poller));
    Set<Thread> mine = watches();
    mine.removeAll(others);
    assertThat(mine).hasSize(1);
    watch.close();
    assertThat(mine.iterator().next().join(Duration.ofSeconds(20))).isTrue();
  }
}
