// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.transport.tcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.thousandisland.transport.ListenAt;
import io.thousandisland.transport.Readiness;
import io.thousandisland.transport.ThreadLender;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Rules X2 and X7: the bytes of one connection, and its notices. */
@Timeout(60)
class TcpSocketTest {

  private TcpTransport transport = new TcpTransport();
  private TcpListeningChannel listening;
  private Socket client;
  private TcpSocket socket;
  private final Told told = new Told();

  /** Waits for readiness as a connection does. */
  private static final class Told implements Readiness {
    final Semaphore readable = new Semaphore(0);
    final Semaphore writable = new Semaphore(0);
    final BlockingQueue<String> lent = new LinkedBlockingQueue<>();
    volatile boolean takesThread;

    @Override
    public boolean takesThread() {
      return takesThread;
    }

    @Override
    public void readable() {
      lent.add("none");
      readable.release();
    }

    @Override
    public void readable(ThreadLender lender) {
      lent.add(Thread.currentThread().isVirtual() ? "virtual" : "platform");
      readable.release();
    }

    @Override
    public void writable() {
      writable.release();
    }
  }

  @BeforeEach
  void connect() throws Exception {
    open(PollerThreads.forOwnThreads());
  }

  private void open(PollerThreads threads) throws Exception {
    transport = new TcpTransport(threads);
    listening =
        (TcpListeningChannel)
            transport.listen(new ListenAt(new InetSocketAddress("127.0.0.1", 0), 8, Map.of()));
    var acceptable = new Semaphore(0);
    listening.start(acceptable::release);
    client = new Socket();
    client.connect(listening.localAddress());
    client.setSoTimeout(20_000);
    TcpSocket accepted;
    while ((accepted = listening.accept()) == null) {
      acceptable.acquire();
    }
    socket = accepted;
    socket.start(told);
  }

  @AfterEach
  void close() throws IOException {
    client.close();
    socket.close();
    listening.close();
    transport.stop();
  }

  /** Each byte shows its position in the whole. */
  private static ByteBuffer[] pieces(int count, int size, boolean direct) {
    ByteBuffer[] pieces = new ByteBuffer[count];
    for (int i = 0; i < count; i++) {
      ByteBuffer piece = direct ? ByteBuffer.allocateDirect(size) : ByteBuffer.allocate(size);
      for (int j = 0; j < size; j++) {
        piece.put(expected(i * size + j));
      }
      pieces[i] = piece.flip();
    }
    return pieces;
  }

  private static byte expected(int place) {
    return (byte) (place * 31 + (place >> 8));
  }

  private CompletableFuture<byte[]> readByClient(int length) {
    return CompletableFuture.supplyAsync(
        () -> {
          try {
            return client.getInputStream().readNBytes(length);
          } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
          }
        });
  }

  /**
   * Writes as a connection does: counts the bytes that are taken, and waits for a notice before the
   * rest.
   */
  private long writeAll(ByteBuffer[] pieces, int offset, int length) throws Exception {
    long taken = 0;
    while (true) {
      taken += socket.write(pieces, offset, length);
      if (Arrays.stream(pieces, offset, offset + length).noneMatch(ByteBuffer::hasRemaining)) {
        return taken;
      }
      assertThat(told.writable.tryAcquire(20, TimeUnit.SECONDS)).as("told of room").isTrue();
    }
  }

  /**
   * Few and many pieces, small pieces and more bytes than the kernel takes, direct and heap
   * buffers, and much heap.
   */
  @ParameterizedTest
  @CsvSource({
    "3, 100, true",
    "3, 100, false",
    "2000, 10, true",
    "4, 40000, false",
    "8, 1000000, true",
    "8, 1000000, false"
  })
  void x2PiecesArriveWholeAndInOrder(int count, int size, boolean direct) throws Exception {
    ByteBuffer[] pieces = pieces(count, size, direct);
    var arrived = readByClient((count - 2) * size);
    // neither the first nor the last of the pieces
    assertThat(writeAll(pieces, 1, count - 2)).isEqualTo((count - 2L) * size);
    byte[] got = arrived.get(20, TimeUnit.SECONDS);
    for (int i = 0; i < got.length; i++) {
      if (got[i] != expected(size + i)) {
        assertThat(got[i]).as("byte " + i).isEqualTo(expected(size + i));
      }
    }
    assertThat(got).hasSize((count - 2) * size);
    assertThat(pieces[0].position()).isZero();
    assertThat(pieces[count - 1].position()).isZero();
  }

  @Test
  void x2WriteThatIsTakenWholeArmsNothing() throws Exception {
    // more than one system call takes
    assertThat(socket.write(pieces(1_500, 2, true), 0, 1_500)).isEqualTo(3_000);
    assertThat(socket.write(ByteBuffer.allocate(300_000).limit(200_000))).isEqualTo(200_000);
    assertThat(readByClient(203_000).get(20, TimeUnit.SECONDS)).hasSize(203_000);
    client.getOutputStream().write(1); // a notice of room would have come before this
    assertThat(socket.read(ByteBuffer.allocate(8))).isBetween(0, 1);
    client.getOutputStream().write(1);
    assertThat(told.readable.tryAcquire(20, TimeUnit.SECONDS)).isTrue();
    assertThat(told.writable.availablePermits()).isZero();
  }

  @Test
  void x2ReadLeavesTheLimitOfALargeHeapBufferAsItWas() throws Exception {
    ByteBuffer into = ByteBuffer.allocate(1_000_000).limit(900_000);
    client.getOutputStream().write(new byte[] {1, 2, 3});
    while (into.position() < 3) {
      if (socket.read(into) == 0) {
        assertThat(told.readable.tryAcquire(20, TimeUnit.SECONDS)).isTrue();
      }
      assertThat(into.limit()).isEqualTo(900_000);
    }
  }

  @Test
  void x2ClosedSocketRefusesEveryReadAndWriteAndTellsItsListener() throws Exception {
    socket.close();
    assertThat(told.readable.tryAcquire()).isTrue();
    assertThat(told.writable.tryAcquire()).isTrue();
    assertThatThrownBy(() -> socket.read(ByteBuffer.allocate(1)))
        .isInstanceOf(ClosedChannelException.class);
    assertThatThrownBy(() -> socket.write(ByteBuffer.allocate(1)))
        .isInstanceOf(ClosedChannelException.class);
    assertThatThrownBy(() -> socket.write(new ByteBuffer[0], 0, 0))
        .isInstanceOf(ClosedChannelException.class);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void x7ThreadThatWouldBeUsedIsAPlatformThread(boolean takesThread) throws Exception {
    close();
    told.takesThread = takesThread;
    open(PollerThreads.VIRTUAL);
    told.lent.clear();
    assertThat(socket.read(ByteBuffer.allocate(1))).isZero();
    client.getOutputStream().write(1);
    assertThat(told.lent.poll(20, TimeUnit.SECONDS))
        .isEqualTo(takesThread ? "platform" : "virtual");
  }

  @Test
  void socketAndChannelSayWhereTheyAre() throws Exception {
    assertThat(socket.toString())
        .contains(String.valueOf(client.getPort()), String.valueOf(client.getLocalPort()));
    assertThat(listening.toString()).contains(String.valueOf(client.getPort()));
    assertThat(listening.isOpen()).isTrue();
    listening.close();
    assertThat(listening.isOpen()).isFalse();
  }
}
