// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.transport.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import io.thousandisland.transport.Readiness;
import io.thousandisland.transport.ThreadLender;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SelectionKey;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Rule X2: the readiness that a socket waits for. The poller here has no thread until a test starts
 * it, so a socket hears only the notices that the test gives.
 */
@Timeout(60)
class SocketReadinessTest {

  private static final int MIB = 1 << 20;
  private static final ThreadLender NOBODY =
      new ThreadLender() {
        @Override
        public void keep() {}

        @Override
        public void renew() {}
      };

  private final Told told = new Told();
  private Poller poller;
  private SocketChannel client;
  private TcpSocket socket;

  private static class Told implements Readiness {
    final Semaphore readable = new Semaphore(0);
    final Semaphore writable = new Semaphore(0);

    @Override
    public void readable() {
      readable.release();
    }

    @Override
    public void writable() {
      writable.release();
    }
  }

  @BeforeEach
  void connect() throws IOException {
    poller = new Poller(PollerThreads.PLATFORM.factory(), Standby.unlimited(), () -> {});
    try (var listening = ServerSocketChannel.open()) {
      listening.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
      client = SocketChannel.open(listening.getLocalAddress());
      SocketChannel accepted = listening.accept();
      accepted.configureBlocking(false);
      socket = new TcpSocket(accepted, accepted.getLocalAddress(), takesThread -> poller);
    }
    socket.start(told);
  }

  @AfterEach
  void close() throws IOException {
    client.close();
    socket.close();
    poller.close();
  }

  /** Runs on a thread of its own, because a broken write may never return. */
  private static <T> T onNewThread(Callable<T> work) throws Exception {
    var task = new FutureTask<T>(work);
    Thread.ofPlatform().daemon().start(task);
    return task.get(20, TimeUnit.SECONDS);
  }

  private static ByteBuffer[] pieces(int count, int size) {
    return IntStream.range(0, count)
        .mapToObj(i -> ByteBuffer.allocateDirect(size))
        .toArray(ByteBuffer[]::new);
  }

  @Test
  void x2PiecesThatTheKernelDoesNotTakeArmTheWriterAndReturn() throws Exception {
    ByteBuffer[] pieces = pieces(16, MIB); // the peer reads none of them
    long taken = onNewThread(() -> socket.write(pieces, 0, pieces.length));
    assertThat(taken).isBetween(1L, 16L * MIB - 1);
    socket.ready(SelectionKey.OP_WRITE, NOBODY);
    assertThat(told.writable.availablePermits()).isOne();
  }

  @Test
  void x2EmptyPiecesArmNothing() throws Exception {
    assertThat(socket.write(pieces(3, 0), 0, 3)).isZero();
    socket.ready(SelectionKey.OP_WRITE, NOBODY);
    assertThat(told.writable.availablePermits()).isZero();
  }

  @Test
  void x2ReadinessIsToldToTheSideThatItIsFor() throws Exception {
    socket.read(ByteBuffer.allocate(1));
    socket.write(pieces(16, MIB), 0, 16);
    assertThat(socket.toString()).contains("op 1 WAITING", "op 4 WAITING");
    socket.ready(SelectionKey.OP_READ, NOBODY);
    assertThat(told.readable.availablePermits()).isOne();
    assertThat(told.writable.availablePermits()).isZero();
    assertThat(socket.toString()).contains("op 1 IDLE", "op 4 WAITING");
    socket.read(ByteBuffer.allocate(1));
    socket.ready(SelectionKey.OP_WRITE, NOBODY);
    assertThat(told.readable.availablePermits()).isOne();
    assertThat(told.writable.availablePermits()).isOne();
    assertThat(socket.toString()).contains("op 1 WAITING", "op 4 IDLE");
  }

  /** On that thread the channel is open for a while yet: it is closed when its key is released. */
  @Test
  void x2SocketClosedOnThePollersThreadRefusesReadsAndWritesAtOnce() throws Exception {
    BlockingQueue<Throwable> thrown = new LinkedBlockingQueue<>();
    socket.start(
        new Told() {
          @Override
          public void readable() {
            if (readable.tryAcquire()) {
              return; // this notice is from the close
            }
            readable.release();
            try {
              socket.close();
            } catch (IOException e) {
              thrown.add(e);
            }
            thrown.add(caught(() -> socket.read(ByteBuffer.allocate(1))));
            thrown.add(caught(() -> socket.write(ByteBuffer.allocate(1))));
            thrown.add(caught(() -> socket.write(pieces(1, 1), 0, 1)));
          }
        });
    poller.start();
    assertThat(socket.read(ByteBuffer.allocate(1))).isZero();
    client.write(ByteBuffer.allocate(1));
    for (int i = 0; i < 3; i++) {
      assertThat(thrown.poll(20, TimeUnit.SECONDS)).isInstanceOf(ClosedChannelException.class);
    }
  }

  private static Throwable caught(Callable<?> work) {
    try {
      return new AssertionError("not refused: " + work.call());
    } catch (Exception e) {
      return e;
    }
  }
}
