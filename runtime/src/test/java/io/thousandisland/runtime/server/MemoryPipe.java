// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.server;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.util.concurrent.TimeUnit;

/**
 * One direction of an in-process connection: a bounded buffer. It tells when it is no longer empty
 * or full, once for each time that it was found so.
 *
 * <p>Thread: any; one writer and one reader at a time.
 */
final class MemoryPipe {

  static final int CAPACITY = 64 * 1024;

  // all guarded by this
  private final ByteBuffer held = ByteBuffer.allocate(CAPACITY);
  private Runnable readable = () -> {};
  private Runnable writable = () -> {};
  private boolean readerWaits;
  private boolean writerWaits;
  private boolean ended;
  private boolean readerGone;

  synchronized void tellReader(Runnable told) {
    readable = told;
  }

  synchronized void tellWriter(Runnable told) {
    writable = told;
  }

  /** As {@link io.thousandisland.transport.TransportSocket#read}. */
  synchronized int read(ByteBuffer into) throws IOException {
    if (readerGone) {
      throw new ClosedChannelException();
    }
    held.flip();
    int got = Math.min(held.remaining(), into.remaining());
    into.put(held.slice().limit(got));
    held.position(held.position() + got).compact();
    if (got > 0 && writerWaits) {
      writerWaits = false;
      writable.run();
    }
    if (into.hasRemaining()) {
      readerWaits = true;
      tellReaderIfThereIsSomething();
    }
    notifyAll();
    return got == 0 && ended ? -1 : got;
  }

  /** As {@link io.thousandisland.transport.TransportSocket#write}. */
  synchronized int write(ByteBuffer from) throws IOException {
    if (ended) {
      throw new ClosedChannelException();
    }
    if (readerGone) {
      throw new IOException("reset by the peer");
    }
    int taken = Math.min(held.remaining(), from.remaining());
    held.put(from.slice().limit(taken));
    from.position(from.position() + taken);
    writerWaits = from.hasRemaining();
    tellReaderIfThereIsSomething();
    notifyAll();
    return taken;
  }

  private void tellReaderIfThereIsSomething() {
    if (readerWaits && (held.position() > 0 || ended)) {
      readerWaits = false;
      readable.run();
    }
  }

  /** The writer writes no more; the bytes that it has written can still be read. */
  synchronized void end() {
    ended = true;
    tellReaderIfThereIsSomething();
    notifyAll();
  }

  /** The reader reads no more; further writes fail. */
  synchronized void abandon() {
    readerGone = true;
    if (writerWaits) {
      writerWaits = false;
      writable.run();
    }
    notifyAll();
  }

  // ---- for the blocking side

  synchronized void awaitSomething() throws IOException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (held.position() == 0 && !ended && !readerGone) {
      await(deadline);
    }
  }

  synchronized void awaitRoom() throws IOException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (!held.hasRemaining() && !ended && !readerGone) {
      await(deadline);
    }
  }

  private void await(long deadline) throws IOException {
    long left = deadline - System.nanoTime();
    if (left <= 0) {
      throw new IOException("nothing happened for 20 s");
    }
    try {
      TimeUnit.NANOSECONDS.timedWait(this, left);
    } catch (InterruptedException e) {
      throw new IOException(e);
    }
  }
}
