// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.transport.tcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.thousandisland.transport.ThreadLender;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.SelectorProvider;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Rule X3: the pollers, on both kinds of threads. */
@Timeout(60)
class PollerTest {

  private final List<SocketChannel> clients = new ArrayList<>();
  private Poller poller;

  PollerTest() throws IOException {
    poller = new Poller(PollerThreads.forOwnThreads().factory(), Standby.unlimited(), () -> {});
  }

  private void start(PollerThreads threads) throws IOException {
    poller.close();
    poller = new Poller(threads.factory(), Standby.unlimited(), () -> {});
    poller.start();
  }

  @AfterEach
  void close() throws IOException {
    poller.close();
    for (SocketChannel client : clients) {
      client.close();
    }
  }

  /** A channel as the poller sees it; it counts its notices. */
  private static final class Told implements Polled {
    final SocketChannel channel;
    final Semaphore ready = new Semaphore(0);
    final CountDownLatch closed = new CountDownLatch(1);

    Told(SocketChannel channel) {
      this.channel = channel;
    }

    @Override
    public void ready(int ops, @Nullable ThreadLender lender) {
      ready.release();
    }

    @Override
    public void close() throws IOException {
      channel.close();
      closed.countDown();
    }
  }

  /** The server's end of a new connection, non-blocking. */
  private SocketChannel connected() throws IOException {
    try (var listening = ServerSocketChannel.open()) {
      listening.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
      clients.add(SocketChannel.open(listening.getLocalAddress()));
      SocketChannel accepted = listening.accept();
      accepted.configureBlocking(false);
      return accepted;
    }
  }

  /** Waits for a condition that no notice announces; the test has a time limit. */
  private static void await(BooleanSupplier condition) throws InterruptedException {
    while (!condition.getAsBoolean()) {
      if (Thread.interrupted()) {
        throw new InterruptedException();
      }
      Thread.yield();
    }
  }

  private static long descriptors() {
    try (var files = Files.list(Path.of("/proc/self/fd"))) {
      return files.count();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  @ParameterizedTest
  @EnumSource(PollerThreads.class)
  void channelRegisteredWithASleepingPollerIsTold(PollerThreads threads) throws Exception {
    start(threads);
    SocketChannel channel = connected();
    var told = new Told(channel);
    var registration = new Registration<>(channel, takesThread -> poller, told);
    registration.on(SelectionKey.OP_READ);
    clients.getFirst().write(ByteBuffer.wrap(new byte[] {1}));
    assertThat(told.ready.tryAcquire(20, TimeUnit.SECONDS)).isTrue();
    assertThat(poller.channels()).isEqualTo(1);
    registration.off(SelectionKey.OP_READ);
    registration.close();
  }

  @ParameterizedTest
  @EnumSource(PollerThreads.class)
  void closeReleasesTheDescriptorThoughThePollerSleeps(PollerThreads threads) throws Exception {
    start(threads);
    SocketChannel warm = connected();
    var first = new Registration<>(warm, takesThread -> poller, new Told(warm));
    first.take();
    first.closeAndWait();
    long before = descriptors();
    for (int i = 0; i < 100; i++) {
      SocketChannel channel = connected();
      var registration = new Registration<>(channel, takesThread -> poller, new Told(channel));
      registration.on(SelectionKey.OP_READ);
      registration.closeAndWait();
      clients.removeLast().close();
    }
    assertThat(poller.channels()).isZero();
    assertThat(descriptors()).isLessThanOrEqualTo(before + 5);
  }

  @ParameterizedTest
  @EnumSource(PollerThreads.class)
  void endOfThePollerClosesWhatIsRegisteredAndTells(PollerThreads threads) throws Exception {
    start(threads);
    var all = new ArrayList<Told>();
    for (int i = 0; i < 10; i++) {
      var told = new Told(connected());
      new Registration<>(told.channel, takesThread -> poller, told).take();
      all.add(told);
    }
    poller.close();
    poller.close();
    for (Told told : all) {
      assertThat(told.closed.await(20, TimeUnit.SECONDS)).isTrue();
      assertThat(told.channel.isOpen()).isFalse();
    }
    assertThat(clients.getFirst().read(ByteBuffer.allocate(1))).isEqualTo(-1);
    assertThat(poller.channels()).isZero();
  }

  @ParameterizedTest
  @EnumSource(PollerThreads.class)
  void channelThatComesAfterTheEndIsClosedAndTold(PollerThreads threads) throws Exception {
    start(threads);
    poller.close();
    var told = new Told(connected());
    assertThatThrownBy(() -> poller.register(told.channel, SelectionKey.OP_READ, told))
        .isInstanceOf(ClosedSelectorException.class);
    new Registration<>(told.channel, takesThread -> poller, told).on(SelectionKey.OP_READ);
    assertThat(told.closed.getCount()).isZero();
    poller.awaitReleased(); // there is nothing to wait for
  }

  @ParameterizedTest
  @EnumSource(PollerThreads.class)
  void callbackThatThrowsHarmsNoOtherChannel(PollerThreads threads) throws Exception {
    var reported = new Semaphore(0);
    poller.close();
    poller =
        new Poller(
            task -> {
              Thread thread = threads.builder().unstarted(task);
              thread.setUncaughtExceptionHandler((t, bug) -> reported.release());
              return thread;
            },
            Standby.unlimited(),
            () -> {});
    poller.start();
    SocketChannel channel = connected();
    var thrown = new AtomicInteger();
    Polled broken =
        new Polled() {
          @Override
          public void ready(int ops, @Nullable ThreadLender lender) {
            if (thrown.incrementAndGet() == 1) {
              throw new IllegalStateException("on purpose");
            }
            Objects.requireNonNull(poller.keyOf(channel)).interestOps(0);
          }

          @Override
          public void close() throws IOException {
            channel.close();
          }
        };
    new Registration<>(channel, takesThread -> poller, broken).on(SelectionKey.OP_WRITE);
    assertThat(reported.tryAcquire(20, TimeUnit.SECONDS)).isTrue();
    var other = new Told(connected());
    new Registration<>(other.channel, takesThread -> poller, other).on(SelectionKey.OP_WRITE);
    assertThat(other.ready.tryAcquire(20, TimeUnit.SECONDS)).isTrue();
  }

  @ParameterizedTest
  @EnumSource(PollerThreads.class)
  void pollersTakeTurnsAndEndTogether(PollerThreads threads) throws Exception {
    Pollers pollers = Pollers.start(3, threads);
    List<Poller> turns = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      turns.add(pollers.next());
    }
    assertThat(turns.subList(0, 3)).doesNotHaveDuplicates();
    assertThat(turns.subList(3, 6)).isEqualTo(turns.subList(0, 3));
    var told = new Told(connected());
    new Registration<>(told.channel, takesThread -> pollers.next(), told).take();
    assertThat(pollers.channels()).isEqualTo(1);
    pollers.close();
    assertThat(told.closed.getCount()).isZero();
    assertThat(pollers.channels()).isZero();
  }

  /**
   * A channel that works on the poller's thread, which is lent to it, until the test releases it.
   */
  private final class Working implements Polled {
    final SocketChannel channel;
    final BlockingQueue<Thread> threads = new LinkedBlockingQueue<>();
    final CountDownLatch release = new CountDownLatch(1);
    final Registration<SocketChannel> registration;
    private final boolean keeps;

    Working(boolean keeps) throws IOException {
      this.keeps = keeps;
      channel = connected();
      registration = new Registration<>(channel, takesThread -> poller, this);
    }

    @Override
    public void ready(int ops, @Nullable ThreadLender lender) {
      registration.off(SelectionKey.OP_WRITE);
      threads.add(Thread.currentThread());
      if (keeps) {
        Objects.requireNonNull(lender).keep();
      }
      try {
        release.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }

    @Override
    public void close() throws IOException {
      channel.close();
    }
  }

  @ParameterizedTest
  @EnumSource(PollerThreads.class)
  void x7WhoKeepsTheThreadLeavesTheOthersToANewOne(PollerThreads threads) throws Exception {
    start(threads);
    List<Working> all = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      all.add(new Working(true));
      all.getLast().registration.take();
    }
    for (Working each : all) {
      each.registration.on(SelectionKey.OP_WRITE); // so that one look finds several channels
    }
    List<Thread> used = new ArrayList<>();
    for (Working each : all) {
      used.add(each.threads.take());
    }
    assertThat(used).doesNotHaveDuplicates();
    for (Working each : all) {
      each.release.countDown();
    }
    for (Thread each : used) {
      assertThat(each.join(Duration.ofSeconds(20))).isTrue();
    }
  }

  @ParameterizedTest
  @EnumSource(PollerThreads.class)
  void x7WhoIsAwayForLongIsReplacedToo(PollerThreads threads) throws Exception {
    Pollers pollers = Pollers.start(1, threads);
    poller.close();
    poller = pollers.next();
    try {
      var silent = new Working(false);
      silent.registration.on(SelectionKey.OP_WRITE);
      Thread away = silent.threads.take();
      var told = new Told(connected());
      new Registration<>(told.channel, takesThread -> poller, told).on(SelectionKey.OP_WRITE);
      assertThat(told.ready.tryAcquire(20, TimeUnit.SECONDS)).isTrue();
      silent.release.countDown();
      assertThat(away.join(Duration.ofSeconds(20))).isTrue();
    } finally {
      pollers.close();
    }
  }

  @ParameterizedTest
  @EnumSource(PollerThreads.class)
  void x7RenewedPollerHasAnotherThreadThoughNothingHappens(PollerThreads threads) throws Exception {
    start(threads);
    var working = new Working(false);
    working.release.countDown();
    working.registration.on(SelectionKey.OP_WRITE);
    Thread before = working.threads.take();
    poller.renew();
    assertThat(before.join(Duration.ofSeconds(20))).isTrue();
    working.registration.on(SelectionKey.OP_WRITE);
    assertThat(working.threads.take()).isNotEqualTo(before);
  }

  @ParameterizedTest
  @EnumSource(PollerThreads.class)
  void channelClosedOnThePollersThreadIsReleasedAtOnce(PollerThreads threads) throws Exception {
    start(threads);
    SocketChannel channel = connected();
    var registration = new Registration[1];
    Polled closing =
        new Polled() {
          @Override
          public void ready(int ops, @Nullable ThreadLender lender) {
            try {
              registration[0].close();
            } catch (IOException e) {
              throw new java.io.UncheckedIOException(e);
            }
          }

          @Override
          public void close() throws IOException {
            channel.close();
          }
        };
    registration[0] = new Registration<>(channel, takesThread -> poller, closing);
    registration[0].on(SelectionKey.OP_WRITE);
    assertThat(clients.getFirst().read(ByteBuffer.allocate(1))).isEqualTo(-1);
    poller.awaitReleased();
    assertThat(channel.isOpen()).isFalse();
    assertThat(poller.channels()).isZero();
  }

  // ---- interrupts

  /**
   * Records whether its thread is interrupted, and interrupts the thread if the test wants that.
   */
  private final class Interrupting implements Polled {
    final SocketChannel channel;
    final BlockingQueue<Boolean> interrupted = new LinkedBlockingQueue<>();
    final BlockingQueue<Thread> threads = new LinkedBlockingQueue<>();
    final Registration<SocketChannel> registration;
    private final boolean interrupts;

    Interrupting(boolean interrupts) throws IOException {
      this.interrupts = interrupts;
      channel = connected();
      registration = new Registration<>(channel, takesThread -> poller, this);
    }

    @Override
    public void ready(int ops, @Nullable ThreadLender lender) {
      registration.off(SelectionKey.OP_WRITE);
      threads.add(Thread.currentThread());
      interrupted.add(Thread.currentThread().isInterrupted());
      if (interrupts) {
        Thread.currentThread().interrupt();
      }
    }

    @Override
    public void close() throws IOException {
      channel.close();
    }
  }

  @ParameterizedTest
  @EnumSource(PollerThreads.class)
  void x3InterruptThatACallbackLeavesIsForgotten(PollerThreads threads) throws Exception {
    start(threads);
    var one = new Interrupting(true);
    var other = new Interrupting(true);
    var both = connected();
    Polled switchingOn =
        new Polled() {
          @Override
          public void ready(int ops, @Nullable ThreadLender lender) {
            Objects.requireNonNull(poller.keyOf(both)).interestOps(0);
            one.registration.on(SelectionKey.OP_WRITE);
            other.registration.on(SelectionKey.OP_WRITE);
          }

          @Override
          public void close() throws IOException {
            both.close();
          }
        };
    new Registration<>(both, takesThread -> poller, switchingOn)
        .on(SelectionKey.OP_WRITE); // one look finds both channels
    assertThat(one.interrupted.take()).isFalse();
    assertThat(other.interrupted.take()).isFalse();
  }

  /** Otherwise each later selection would end at once. */
  @ParameterizedTest
  @EnumSource(PollerThreads.class)
  void x3InterruptThatComesWhileThePollerSleepsIsForgotten(PollerThreads threads) throws Exception {
    start(threads);
    var channel = new Interrupting(false);
    channel.registration.on(SelectionKey.OP_WRITE);
    Thread thread = channel.threads.take();
    assertThat(channel.interrupted.take()).isFalse();
    await(poller::sleeps);
    thread.interrupt();
    channel.registration.on(SelectionKey.OP_WRITE);
    assertThat(channel.threads.take()).isEqualTo(thread);
    assertThat(channel.interrupted.take()).isFalse();
  }

  /**
   * The channels that were found before the failure get their notices after it, on the same thread.
   */
  @Test
  void x3InterruptThatTheHandlerOfUncaughtExceptionsLeavesIsForgotten() throws Exception {
    var fails = new AtomicBoolean();
    poller.close();
    poller =
        new Poller(
            task -> {
              Thread thread = Thread.ofPlatform().daemon().unstarted(task);
              thread.setUncaughtExceptionHandler((t, bug) -> t.interrupt());
              return thread;
            },
            Standby.unlimited(),
            () -> {
              if (fails.getAndSet(false)) {
                throw new IllegalStateException("on purpose");
              }
            });
    var channel = new Interrupting(false);
    channel.registration.on(SelectionKey.OP_READ); // before the first sleep, to be part of it
    poller.start();
    await(poller::sleeps);
    fails.set(true);
    clients.getLast().write(ByteBuffer.wrap(new byte[] {1}));
    assertThat(channel.interrupted.take()).isFalse();
    assertThat(fails).isFalse();
  }

  // ---- descriptors

  /**
   * A channel whose close waits, so that the test sees whether its release is reported too early.
   */
  private final class ClosedLate extends Delegating {
    final CountDownLatch closing = new CountDownLatch(1);
    final CountDownLatch close = new CountDownLatch(1);

    ClosedLate(SocketChannel real) {
      super(real);
    }

    @Override
    protected void implCloseChannel() throws IOException {
      closing.countDown();
      try {
        close.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      super.implCloseChannel();
    }
  }

  /** The poller is in the middle of the look that releases the channel. */
  @ParameterizedTest
  @EnumSource(PollerThreads.class)
  void s8ReleaseIsToldWhenTheDescriptorIsReleasedAndNotBefore(PollerThreads threads)
      throws Exception {
    start(threads);
    var late = new ClosedLate(connected());
    var waits = new Thread[1];
    Polled closing =
        new Polled() {
          @Override
          public void ready(int ops, @Nullable ThreadLender lender) {
            try {
              assertThat(poller.closeWhenReleased(late)).isTrue();
              waits[0] = Thread.ofPlatform().daemon().start(poller::awaitReleased);
              await(() -> waits[0].getState() == Thread.State.TIMED_WAITING); // the thread asked
            } catch (InterruptedException e) {
              throw new IllegalStateException(e);
            }
          }

          @Override
          public void close() throws IOException {
            late.close();
          }
        };
    new Registration<>(late.real, takesThread -> poller, closing).on(SelectionKey.OP_WRITE);
    late.closing.await();
    // reported too early, the wait would end at once; it gives up after 1 s by itself
    assertThat(waits[0].join(Duration.ofMillis(200))).isFalse();
    late.close.countDown();
    assertThat(waits[0].join(Duration.ofSeconds(20))).isTrue();
    assertThat(poller.channels()).isZero();
  }

  /** No thread waits for the release, so only the close itself wakes the poller. */
  @ParameterizedTest
  @EnumSource(PollerThreads.class)
  void x3CloseByAnotherThreadIsReleasedThoughNobodyWaitsForIt(PollerThreads threads)
      throws Exception {
    start(threads);
    for (int i = 0; i < 20; i++) {
      SocketChannel channel = connected();
      var registration = new Registration<>(channel, takesThread -> poller, new Told(channel));
      registration.on(SelectionKey.OP_READ);
      await(poller::sleeps);
      registration.close();
      await(() -> poller.channels() == 0);
    }
  }

  /** Stands for a registered channel. */
  private static class Delegating extends SelectableChannel {
    final SocketChannel real;

    Delegating(SocketChannel real) {
      this.real = real;
    }

    @Override
    public SelectionKey keyFor(Selector selector) {
      return real.keyFor(selector);
    }

    @Override
    protected void implCloseChannel() throws IOException {
      real.close();
    }

    @Override
    public boolean isRegistered() {
      return real.isRegistered();
    }

    @Override
    public SelectorProvider provider() {
      return real.provider();
    }

    @Override
    public int validOps() {
      return real.validOps();
    }

    @Override
    public SelectionKey register(Selector selector, int ops, Object attachment)
        throws ClosedChannelException {
      return real.register(selector, ops, attachment);
    }

    @Override
    public SelectableChannel configureBlocking(boolean block) throws IOException {
      return real.configureBlocking(block);
    }

    @Override
    public boolean isBlocking() {
      return real.isBlocking();
    }

    @Override
    public Object blockingLock() {
      return real.blockingLock();
    }
  }

  /** A thread that looks for this channel's key loses the lead, if it has the lead. */
  private final class LosingTheLead extends Delegating {
    LosingTheLead(SocketChannel real) {
      super(real);
    }

    @Override
    public SelectionKey keyFor(Selector selector) {
      SelectionKey key = super.keyFor(selector);
      poller.keep();
      while (!poller.sleeps()) {
        Thread.yield(); // so that the next leader does not look by chance
      }
      return key;
    }
  }

  @ParameterizedTest
  @EnumSource(PollerThreads.class)
  void b12ChannelIsClosedThoughItsThreadLosesTheLeadMeanwhile(PollerThreads threads)
      throws Exception {
    start(threads);
    var losing = new LosingTheLead(connected());
    var closed = new CountDownLatch(1);
    Polled closing =
        new Polled() {
          @Override
          public void ready(int ops, @Nullable ThreadLender lender) {
            try {
              new Registration<>(losing.real, takesThread -> poller, this)
                  .off(SelectionKey.OP_WRITE);
              new Registration<>(losing, takesThread -> poller, this)
                  .close(); // the next leader finds nothing
              closed.countDown();
            } catch (IOException e) {
              throw new java.io.UncheckedIOException(e);
            }
          }

          @Override
          public void close() throws IOException {
            losing.close();
          }
        };
    new Registration<>(losing.real, takesThread -> poller, closing).on(SelectionKey.OP_WRITE);
    closed.await();
    assertThat(losing.real.isOpen()).isFalse();
    assertThat(clients.getFirst().read(ByteBuffer.allocate(1))).isEqualTo(-1);
    poller.awaitReleased();
    assertThat(poller.channels()).isZero();
  }

  /** Each carrier has a poller that always finds something, and never blocks. */
  @Test
  void threadThatSomebodyElseWakesGetsACarrierThoughThePollersAlwaysFindSomething()
      throws Exception {
    List<Poller> busy = new ArrayList<>();
    var woken = new CountDownLatch(1);
    try {
      for (int i = 0; i < Runtime.getRuntime().availableProcessors(); i++) {
        var one =
            new Poller(PollerThreads.forOwnThreads().factory(), Standby.unlimited(), () -> {});
        busy.add(one);
        one.start();
        SocketChannel channel = connected();
        clients.getLast().write(ByteBuffer.wrap(new byte[] {1})); // nobody reads it
        var told = new Told(channel);
        new Registration<>(channel, takesThread -> one, told).on(SelectionKey.OP_READ);
        told.ready.acquire(1000);
      }
      Thread.ofVirtual().start(woken::countDown); // by this platform thread
      assertThat(woken.await(20, TimeUnit.SECONDS)).isTrue();
    } finally {
      for (Poller one : busy) {
        one.close();
      }
    }
  }
}
