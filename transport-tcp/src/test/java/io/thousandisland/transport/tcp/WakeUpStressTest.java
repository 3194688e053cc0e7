// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.transport.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import io.thousandisland.transport.Readiness;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Rule X4 over real sockets: four pollers, and tens of thousands of times that a reader or a writer
 * parks until its notice. If one wake-up is lost, its conversation never ends.
 */
@Timeout(120)
class WakeUpStressTest {

  private static final int POLLERS = 4;
  private static final int PAIRS = 64;
  private static final int ROUNDS = 400;

  private final AtomicLong waits = new AtomicLong();
  private final AtomicReference<Throwable> failure = new AtomicReference<>();

  /** Waits as a connection does: for a notice, and for nothing else. */
  private final class Told implements Readiness {
    private final Semaphore readable = new Semaphore(0);
    private final Semaphore writable = new Semaphore(0);

    @Override
    public void readable() {
      readable.release();
    }

    @Override
    public void writable() {
      writable.release();
    }

    void awaitReadable() throws InterruptedException {
      await(readable);
    }

    void awaitWritable() throws InterruptedException {
      await(writable);
    }

    private void await(Semaphore what) throws InterruptedException {
      waits.incrementAndGet();
      if (!what.tryAcquire(40, TimeUnit.SECONDS)) {
        throw new AssertionError("a wake-up was lost after " + waits + " waits");
      }
      what.drainPermits();
    }
  }

  private interface Task {
    void run() throws Exception;
  }

  private void start(CountDownLatch over, Task task) {
    Thread.ofVirtual()
        .start(
            () -> {
              try {
                task.run();
              } catch (Throwable e) {
                failure.compareAndSet(null, e);
              } finally {
                over.countDown();
              }
            });
  }

  private void pairs(PollerThreads threads, int pairs, PairTask task) throws Exception {
    var over = new CountDownLatch(2 * pairs);
    var clients = new ArrayList<Socket>();
    try (var pollers = Pollers.start(POLLERS, threads);
        var listening = ServerSocketChannel.open()) {
      listening.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), pairs);
      for (int i = 0; i < pairs; i++) {
        var client = new Socket();
        clients.add(client);
        client.setSoTimeout(60_000);
        client.setTcpNoDelay(true);
        client.setReceiveBufferSize(4096); // small, so that writers have to wait, too
        client.connect(listening.getLocalAddress());
        SocketChannel accepted = listening.accept();
        accepted.configureBlocking(false);
        accepted.socket().setTcpNoDelay(true);
        accepted.socket().setSendBufferSize(4096);
        var socket =
            new TcpSocket(accepted, accepted.getLocalAddress(), takesThread -> pollers.next());
        start(over, () -> task.server(socket));
        start(over, () -> task.client(client));
      }
      assertThat(over.await(90, TimeUnit.SECONDS)).as("all pairs, " + over).isTrue();
    } finally {
      for (Socket client : clients) {
        client.close();
      }
    }
    assertThat(failure.get()).isNull();
    System.out.printf("X4: %d pollers, %s: %d waits, none lost%n", POLLERS, threads, waits.get());
  }

  private interface PairTask {
    void server(TcpSocket socket) throws Exception;

    void client(Socket client) throws Exception;
  }

  /** Spins for a random time, so that readiness falls into every gap between read, arm and wait. */
  private static void dawdle() {
    for (int i = ThreadLocalRandom.current().nextInt(300); i > 0; i--) {
      Thread.onSpinWait();
    }
    if (ThreadLocalRandom.current().nextInt(8) == 0) {
      Thread.yield();
    }
  }

  @ParameterizedTest
  @EnumSource(PollerThreads.class)
  void x4NoReaderIsForgotten(PollerThreads threads) throws Exception {
    pairs(
        threads,
        PAIRS,
        new PairTask() {
          @Override
          public void server(TcpSocket socket) throws Exception {
            var told = new Told();
            socket.start(told);
            ByteBuffer buffer = ByteBuffer.allocate(64);
            try (socket) {
              for (int got = socket.read(buffer); got >= 0; got = socket.read(buffer)) {
                dawdle();
                if (got == 0) {
                  told.awaitReadable();
                } else {
                  socket.write(buffer.flip());
                }
                buffer.clear();
              }
            }
          }

          @Override
          public void client(Socket client) throws IOException {
            for (int round = 0; round < ROUNDS; round++) {
              int burst = 1 + round % 3; // the later ones may come before the reader looks again
              for (int i = 0; i < burst; i++) {
                client.getOutputStream().write(round);
                dawdle();
              }
              for (int i = 0; i < burst; i++) {
                assertThat(client.getInputStream().read()).isEqualTo(round & 0xff);
              }
            }
            client.shutdownOutput();
          }
        });
    assertThat(waits.get()).isGreaterThan(PAIRS * ROUNDS / 2);
  }

  @ParameterizedTest
  @EnumSource(PollerThreads.class)
  void x4NoWriterIsForgotten(PollerThreads threads) throws Exception {
    int bytes = 4 << 20;
    pairs(
        threads,
        8,
        new PairTask() {
          @Override
          public void server(TcpSocket socket) throws Exception {
            var told = new Told();
            socket.start(told);
            try (socket) {
              ByteBuffer much = ByteBuffer.allocateDirect(bytes);
              while (much.hasRemaining()) {
                socket.write(much);
                dawdle();
                if (much.hasRemaining()) {
                  told.awaitWritable();
                }
              }
            }
          }

          @Override
          public void client(Socket client) throws IOException {
            byte[] piece = new byte[16 * 1024];
            long read = 0;
            for (int got; (got = client.getInputStream().read(piece)) > 0; read += got) {
              dawdle();
            }
            assertThat(read).isEqualTo(bytes);
          }
        });
    assertThat(waits.get()).isGreaterThan(500);
  }
}
