// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.transport.tcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.thousandisland.transport.ListenAt;
import io.thousandisland.transport.Readiness;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Rows K6 and K7: the kernel takes bytes from a file itself. */
@Timeout(60)
class TransferTest {

  /** More bytes than the kernel keeps for a connection, on both sides. */
  private static final int LARGE = 24 << 20;

  @TempDir Path folder;

  private final TcpTransport transport = new TcpTransport();
  private final Semaphore writable = new Semaphore(0);
  private SocketChannel client;
  private TcpSocket socket;

  private void connect(SocketAddress at) throws Exception {
    var listening = transport.listen(new ListenAt(at, 8, Map.of()));
    var acceptable = new Semaphore(0);
    listening.start(acceptable::release);
    assertThat(listening.accept()).isNull();
    client = SocketChannel.open(listening.localAddress());
    acceptable.acquire();
    socket = (TcpSocket) Objects.requireNonNull(listening.accept());
    socket.start(
        new Readiness() {
          @Override
          public void readable() {}

          @Override
          public void writable() {
            writable.release();
          }
        });
  }

  @BeforeEach
  void connect() throws Exception {
    connect(new InetSocketAddress("127.0.0.1", 0));
  }

  @AfterEach
  void close() throws IOException {
    client.close();
    transport.stop();
  }

  private static byte at(long position) {
    return (byte) (position * 31 + position / 251);
  }

  private FileChannel large() throws IOException {
    var data = new byte[LARGE];
    for (int i = 0; i < LARGE; i++) {
      data[i] = at(i);
    }
    return FileChannel.open(Files.write(folder.resolve("large"), data));
  }

  /** Reads the pattern to its end. */
  private void readPattern(long from) throws IOException {
    ByteBuffer data = ByteBuffer.allocateDirect(1 << 20);
    for (long position = from; position < LARGE; ) {
      if (client.read(data.clear()) < 0) {
        throw new EOFException("after " + position);
      }
      for (data.flip(); data.hasRemaining(); position++) {
        if (data.get() != at(position)) {
          throw new AssertionError("wrong byte at " + position);
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void k7FileArrivesWholeAndRoomIsToldWhenTheKernelWasFull(boolean unix) throws Exception {
    if (unix) {
      client.close();
      connect(UnixDomainSocketAddress.of(folder.resolve("s")));
    }
    try (FileChannel file = large().position(3)) {
      long position = 5;
      long taken;
      do { // the peer does not read yet
        taken = socket.transferFrom(file, position, LARGE - position);
        position += taken;
      } while (taken > 0);
      assertThat(position).isGreaterThan(5).isLessThan(LARGE);
      var read =
          CompletableFuture.runAsync(
              () -> {
                try {
                  readPattern(5);
                } catch (IOException e) {
                  throw new AssertionError(e);
                }
              });
      while (position < LARGE) {
        assertThat(writable.tryAcquire(20, TimeUnit.SECONDS)).as("told of room").isTrue();
        do {
          taken = position < LARGE ? socket.transferFrom(file, position, LARGE - position) : 0;
          position += taken;
        } while (taken > 0);
      }
      read.get(20, TimeUnit.SECONDS);
      assertThat(file.position()).isEqualTo(3);
    }
  }

  @Test
  void k7RoomIsToldAfterATransferThatWasCutShortToo() throws Exception {
    try (FileChannel file = large()) {
      long taken = socket.transferFrom(file, 0, LARGE);
      assertThat(taken).isPositive().isLessThan(LARGE);
      ByteBuffer data = ByteBuffer.allocateDirect(1 << 20);
      for (long left = taken; left > 0; left -= data.position()) {
        assertThat(client.read(data.clear())).isPositive();
      }
      assertThat(writable.tryAcquire(20, TimeUnit.SECONDS)).as("told of room").isTrue();
    }
  }

  @Test
  void k6NothingIsTakenBehindTheEndOfAFile() throws Exception {
    try (FileChannel file = large()) {
      assertThat(socket.transferFrom(file, LARGE, 1)).isZero();
      assertThat(socket.transferFrom(file, LARGE - 1, 10)).isEqualTo(1);
    }
  }

  @Test
  void x2ClosedSocketRefusesTransfers() throws Exception {
    socket.close();
    try (FileChannel file = large()) {
      assertThatThrownBy(() -> socket.transferFrom(file, 0, 1))
          .isInstanceOf(ClosedChannelException.class);
    }
  }

  /** A file whose transfer lasts until it may go on. */
  private static final class Held extends FileChannel {
    final CountDownLatch under = new CountDownLatch(1);
    final CountDownLatch mayGoOn = new CountDownLatch(1);
    final CompletableFuture<Boolean> targetWasOpen = new CompletableFuture<>();

    @Override
    public long transferTo(long position, long count, WritableByteChannel target) {
      under.countDown();
      try {
        mayGoOn.await();
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
      targetWasOpen.complete(target.isOpen());
      return count;
    }

    @Override
    public int read(ByteBuffer into) {
      throw new UnsupportedOperationException();
    }

    @Override
    public long read(ByteBuffer[] into, int offset, int length) {
      throw new UnsupportedOperationException();
    }

    @Override
    public int write(ByteBuffer from) {
      throw new UnsupportedOperationException();
    }

    @Override
    public long write(ByteBuffer[] from, int offset, int length) {
      throw new UnsupportedOperationException();
    }

    @Override
    public long position() {
      return 0;
    }

    @Override
    public FileChannel position(long changed) {
      return this;
    }

    @Override
    public long size() {
      return LARGE;
    }

    @Override
    public FileChannel truncate(long size) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void force(boolean metaData) {}

    @Override
    public long transferFrom(ReadableByteChannel source, long position, long count) {
      throw new UnsupportedOperationException();
    }

    @Override
    public int read(ByteBuffer into, long position) {
      throw new UnsupportedOperationException();
    }

    @Override
    public int write(ByteBuffer from, long position) {
      throw new UnsupportedOperationException();
    }

    @Override
    public MappedByteBuffer map(MapMode mode, long position, long size) {
      throw new UnsupportedOperationException();
    }

    @Override
    public FileLock lock(long position, long size, boolean shared) {
      throw new UnsupportedOperationException();
    }

    @Override
    public FileLock tryLock(long position, long size, boolean shared) {
      throw new UnsupportedOperationException();
    }

    @Override
    protected void implCloseChannel() {
      mayGoOn.countDown();
    }
  }

  @Test
  void x2CloseDoesNotWaitForATransferWhichClosesAtItsEnd() throws Exception {
    try (var file = new Held()) {
      var transfer =
          CompletableFuture.supplyAsync(
              () -> {
                try {
                  return socket.transferFrom(file, 0, 10);
                } catch (IOException e) {
                  throw new AssertionError(e);
                }
              });
      file.under.await();
      socket.close();
      assertThatThrownBy(() -> socket.write(ByteBuffer.allocate(1)))
          .isInstanceOf(ClosedChannelException.class);
      assertThat(writable.tryAcquire()).as("told of the close").isTrue();
      client.configureBlocking(false);
      assertThat(client.read(ByteBuffer.allocate(1))).as("not closed yet").isZero();
      client.configureBlocking(true);
      file.mayGoOn.countDown();
      assertThat(file.targetWasOpen.get(20, TimeUnit.SECONDS)).isTrue();
      assertThat(transfer.get(20, TimeUnit.SECONDS)).isEqualTo(10);
      assertThat(client.read(ByteBuffer.allocate(1))).isEqualTo(-1);
    }
  }
}
