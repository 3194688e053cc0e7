// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.transport.tcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.thousandisland.transport.ListenAt;
import io.thousandisland.transport.ListeningChannel;
import io.thousandisland.transport.ThreadLender;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.StandardSocketOptions;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Rule X3: a start that fails leaves nothing behind, and everything that was there goes on. */
@Timeout(60)
class PollerTroubleTest {

  @Test
  void x3PollersOfWhichOneCannotStartAreAllClosed() throws Exception {
    List<Thread> started = new ArrayList<>();
    assertThatThrownBy(
            () ->
                Pollers.start(
                    3,
                    work -> {
                      Thread thread =
                          started.size() < 2
                              ? Thread.ofPlatform().daemon().unstarted(work)
                              : new Thread(work) {
                                @Override
                                public void start() {
                                  throw new Error("no thread, on purpose");
                                }
                              };
                      started.add(thread);
                      return thread;
                    },
                    Standby.unlimited()))
        .hasMessage("no thread, on purpose");
    for (Thread thread : started.subList(0, 2)) {
      assertThat(thread.join(Duration.ofSeconds(20))).isTrue();
    }
  }

  /** The calls that the poller makes after a sleep fail, and so do the notices of its end. */
  @Test
  void x3PollerWhoseTurnsFailReportsItAndGoesOn() throws Exception {
    var failures = new AtomicInteger(3);
    var reported = new LinkedBlockingQueue<String>();
    var poller =
        new Poller(
            work -> {
              Thread thread = Thread.ofPlatform().daemon().unstarted(work);
              thread.setUncaughtExceptionHandler((t, e) -> reported.add(e.getMessage()));
              return thread;
            },
            Standby.unlimited(),
            () -> {
              int left = failures.getAndDecrement();
              if (left > 0) {
                throw new IllegalStateException("of a turn, left: " + left);
              }
            });
    poller.start();
    try (var listening = ServerSocketChannel.open()) {
      listening.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
      for (int i = 0; i < 4; i++) {
        while (!poller.sleeps()) {
          Thread.yield(); // so that the registration wakes it; the test has a time limit
        }
        var told = new Failing(SocketChannel.open(listening.getLocalAddress()));
        told.poller = poller;
        new Registration<>(told.channel, takesThread -> poller, told).on(SelectionKey.OP_WRITE);
        assertThat(told.ready.await(20, TimeUnit.SECONDS)).isTrue();
        told.closes = reported;
      }
      for (int left = 3; left > 0; left--) {
        assertThat(reported.poll(20, TimeUnit.SECONDS)).isEqualTo("of a turn, left: " + left);
      }
      poller.close();
      for (int i = 0; i < 4; i++) { // no failure keeps the next channel from its notice
        assertThat(reported.poll(20, TimeUnit.SECONDS)).isEqualTo("closed");
        assertThat(reported.poll(20, TimeUnit.SECONDS)).isEqualTo("of a close");
      }
    }
  }

  @Test
  void x3FailureThatComesAgainAtEachTurnIsReportedOnce() throws Exception {
    var turns = new Semaphore(0);
    var reported = new LinkedBlockingQueue<String>();
    var poller =
        new Poller(
            work -> {
              Thread thread = Thread.ofPlatform().daemon().unstarted(work);
              thread.setUncaughtExceptionHandler((t, e) -> reported.add(e.getMessage()));
              return thread;
            },
            Standby.unlimited(),
            () -> {
              turns.release();
              throw new IllegalStateException("of every turn");
            });
    poller.start();
    for (int i = 0; i < 5; i++) {
      while (!poller.sleeps()) {
        Thread.yield(); // the test has a time limit
      }
      poller.wakeUp();
      assertThat(turns.tryAcquire(20, TimeUnit.SECONDS)).isTrue();
    }
    poller.close();
    assertThat(reported).containsExactly("of every turn");
  }

  @Test
  void x3SelectorThatCannotParkAVirtualThreadHasPlatformThreads() {
    assertThat(
            PollerThreads.worksFor(
                () -> {
                  throw new IOException("no descriptors, on purpose");
                }))
        .isFalse();
    assertThat(
            PollerThreads.worksFor(
                () -> {
                  throw new NoClassDefFoundError("sun.nio.ch.Poller, on purpose");
                }))
        .isFalse();
    assertThat(PollerThreads.worksFor(Selector::open)).isTrue();
  }

  /** A channel that gets one notice, and cannot be closed. */
  private static final class Failing implements Polled {
    final SocketChannel channel;
    final CountDownLatch ready = new CountDownLatch(1);
    volatile Queue<String> closes = new LinkedBlockingQueue<>();
    private volatile @Nullable Poller poller;

    Failing(SocketChannel channel) throws IOException {
      this.channel = channel;
      channel.configureBlocking(false);
    }

    @Override
    public void ready(int ops, @Nullable ThreadLender lender) {
      ready.countDown();
      Poller mine = poller;
      SelectionKey key = mine == null ? null : mine.keyOf(channel);
      if (key != null) {
        key.interestOps(0);
      }
    }

    @Override
    public void close() throws IOException {
      channel.close();
      closes.add("closed");
      throw new IOException("of a close");
    }
  }

  @Test
  void x3TransportThatWasStoppedListensNoMoreAndKeepsNoPort() throws Exception {
    var transport = new TcpTransport();
    int port;
    try (var free = new ServerSocket(0)) {
      port = free.getLocalPort();
    }
    var at = new ListenAt(new InetSocketAddress("127.0.0.1", port), 8, Map.of());
    var listening = transport.listen(at);
    transport.stop();
    assertThat(listening.isOpen()).isFalse();
    assertThatThrownBy(() -> transport.listen(at)).hasMessageContaining("stopped");
    var another = new TcpTransport();
    another.listen(at).close();
    another.stop();
  }

  @Test
  void s6OptionsThatAreRefusedLeaveThoseBefore() throws Exception {
    var transport = new TcpTransport();
    try (var listening =
        transport.listen(
            new ListenAt(
                new InetSocketAddress("127.0.0.1", 0),
                8,
                Map.of(StandardSocketOptions.TCP_NODELAY, false)))) {
      assertThatThrownBy(() -> listening.options(Map.of(StandardSocketOptions.SO_RCVBUF, -1)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("SO_RCVBUF = -1");
      assertThat(noDelayOfTheNext(listening)).isFalse();
      listening.options(Map.of(StandardSocketOptions.SO_RCVBUF, 32_768));
      assertThat(noDelayOfTheNext(listening)).isTrue();
    } finally {
      transport.stop();
    }
  }

  private static boolean noDelayOfTheNext(ListeningChannel listening) throws Exception {
    var acceptable = new Semaphore(0);
    listening.start(acceptable::release);
    try (var client = new Socket()) {
      client.connect(listening.localAddress());
      while (true) {
        try (var socket = listening.accept()) {
          if (socket != null) {
            return socket.option(StandardSocketOptions.TCP_NODELAY);
          }
        }
        acceptable.acquire();
      }
    }
  }
}
