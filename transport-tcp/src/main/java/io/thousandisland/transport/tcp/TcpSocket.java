// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.transport.tcp;

import io.thousandisland.transport.Readiness;
import io.thousandisland.transport.ThreadLender;
import io.thousandisland.transport.TransportSocket;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import org.jspecify.annotations.Nullable;

/**
 * One accepted connection.
 *
 * <p>Thread: the connection's own, except {@link #close}, which any thread may call, and {@link
 * #ready}, which the poller calls.
 */
final class TcpSocket implements TransportSocket, Polled {

  /**
   * The most bytes that one call reads into or writes from a heap buffer. The JDK copies all of
   * them through a direct buffer of the same size, which the carrier thread then keeps.
   */
  private static final int HEAP_SLICE = 128 * 1024;

  /** A bit of {@link #state}: closed, or to be closed by the transfer that is under way. */
  private static final int CLOSED = 1;

  /** A bit of {@link #state}: a transfer from a file is under way. */
  private static final int TRANSFERS = 2;

  private static final VarHandle STATE;

  static {
    try {
      STATE = MethodHandles.lookup().findVarHandle(TcpSocket.class, "state", int.class);
    } catch (ReflectiveOperationException impossible) {
      throw new ExceptionInInitializerError(impossible);
    }
  }

  private final SocketAddress local;
  private final SocketAddress remote;
  private final Registration<SocketChannel> registration;
  private final Interest reading;

  /**
   * Null until a write falls short. The connection's thread writes it before it arms the interest,
   * so the poller finds it when it reports room to write.
   */
  private @Nullable Interest writing;

  /**
   * {@link #CLOSED} and {@link #TRANSFERS}. Closed by any thread, read by the connection's own
   * thread: the channel itself may be closed a moment later. Transfers are the own thread's.
   */
  @SuppressWarnings("unused") // written by VarHandle
  private volatile int state;

  /** Read by the poller. */
  private volatile Readiness readiness = NobodyYet.INSTANCE;

  /**
   * @param channel connected, non-blocking
   * @param local the address that the client has connected to
   */
  TcpSocket(SocketChannel channel, SocketAddress local, Registration.Choice pollers)
      throws IOException {
    this.local = local;
    remote = channel.getRemoteAddress();
    registration = new Registration<>(channel, pollers, this);
    reading = new Interest(SelectionKey.OP_READ, registration);
  }

  private SocketChannel channel() {
    return registration.channel();
  }

  @Override
  public void start(Readiness readiness) {
    this.readiness = readiness;
  }

  @Override
  public boolean askForThread() {
    return registration.ask(this);
  }

  @Override
  public void turn(ThreadLender lender) {
    readiness.lent(lender);
  }

  @Override
  public boolean takesThread() {
    return readiness.takesThread();
  }

  @Override
  public void ready(int ops, @Nullable ThreadLender poller) {
    Interest toWrite = writing;
    if ((ops & SelectionKey.OP_WRITE) != 0 && toWrite != null && toWrite.ready()) {
      readiness.writable();
    }
    if ((ops & SelectionKey.OP_READ) != 0 && reading.ready()) {
      tellReadable(poller); // last: the thread may be used for long
    }
  }

  private void tellReadable(@Nullable ThreadLender poller) {
    if (poller == null) {
      readiness.readable();
    } else {
      readiness.readable(poller);
    }
  }

  @Override
  public int read(ByteBuffer into) throws IOException {
    failIfClosed();
    int limit = into.limit();
    int read;
    try {
      read = channel().read(into.limit(sliceLimit(into)));
    } finally {
      into.limit(limit);
    }
    if (read >= 0 && into.hasRemaining()) {
      reading.arm();
    }
    return read;
  }

  @Override
  public int write(ByteBuffer from) throws IOException {
    failIfClosed();
    int limit = from.limit();
    int taken = 0;
    int now;
    do {
      try {
        now = channel().write(from.limit(sliceLimit(from)));
      } finally {
        from.limit(limit);
      }
      taken += now;
    } while (now == HEAP_SLICE && from.hasRemaining());
    if (from.hasRemaining()) {
      awaitRoom();
    }
    return taken;
  }

  @Override
  public long write(ByteBuffer[] from, int offset, int length) throws IOException {
    failIfClosed();
    if (heapBytes(from, offset, length) > HEAP_SLICE) {
      return TransportSocket.super.write(from, offset, length);
    }
    int next = offset;
    int end = offset + length;
    long taken = 0;
    while (next < end) {
      long now = channel().write(from, next, end - next);
      taken += now;
      while (next < end && !from[next].hasRemaining()) {
        next++;
      }
      // A partial write is no sign of a full kernel: one call takes a limited number of buffers.
      if (now == 0 && next < end) {
        awaitRoom();
        break;
      }
    }
    return taken;
  }

  /**
   * By the kernel. The channel is not closed meanwhile: before JDK 22 a transfer does not hold the
   * descriptor, whose number another connection could then get (JDK-8310902). A close does not wait
   * for a transfer, which may wait for a disk: the transfer closes at its end.
   */
  @Override
  public long transferFrom(FileChannel file, long position, long count) throws IOException {
    if (!STATE.compareAndSet(this, 0, TRANSFERS)) {
      throw new ClosedChannelException();
    }
    long taken;
    try {
      taken = file.transferTo(position, count, channel());
    } finally {
      int before = (int) STATE.getAndBitwiseAnd(this, ~TRANSFERS);
      if ((before & CLOSED) != 0) {
        registration.close();
      }
    }
    if (taken < count) {
      awaitRoom();
    }
    return taken;
  }

  private void awaitRoom() {
    Interest mine = writing;
    if (mine == null) {
      mine = new Interest(SelectionKey.OP_WRITE, registration);
      writing = mine;
    }
    mine.arm();
  }

  private void failIfClosed() throws ClosedChannelException {
    if ((state & CLOSED) != 0) {
      throw new ClosedChannelException();
    }
  }

  private static int sliceLimit(ByteBuffer buffer) {
    return buffer.isDirect()
        ? buffer.limit()
        : buffer.position() + Math.min(buffer.remaining(), HEAP_SLICE);
  }

  private static long heapBytes(ByteBuffer[] buffers, int offset, int length) {
    long bytes = 0;
    for (int i = offset; i < offset + length; i++) {
      bytes += buffers[i].isDirect() ? 0 : buffers[i].remaining();
    }
    return bytes;
  }

  @Override
  public void shutdownOutput() throws IOException {
    channel().shutdownOutput();
  }

  @Override
  public void shutdownInput() throws IOException {
    channel().shutdownInput();
  }

  /** Also tells the listener, so that a waiting thread notices. */
  @Override
  public void close() throws IOException {
    int before = (int) STATE.getAndBitwiseOr(this, CLOSED);
    try {
      if ((before & TRANSFERS) == 0) {
        registration.close();
      }
    } finally {
      readiness.readable();
      readiness.writable();
    }
  }

  @Override
  public SocketAddress localAddress() {
    return local;
  }

  @Override
  public SocketAddress remoteAddress() {
    return remote;
  }

  @Override
  public <T> T option(SocketOption<T> option) throws IOException {
    return channel().getOption(option);
  }

  @Override
  public <T> void option(SocketOption<T> option, T value) throws IOException {
    channel().setOption(option, value);
  }

  @Override
  public String toString() {
    return "tcp " + local + " <- " + remote + " [" + reading + ", " + writing + "]";
  }

  /** The listener until {@link #start}; does nothing. */
  private enum NobodyYet implements Readiness {
    INSTANCE;

    @Override
    public void readable() {}

    @Override
    public void writable() {}
  }
}
