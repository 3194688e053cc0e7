// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.transport.tls.records;

import io.thousandisland.transport.TransportSocket;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.util.function.Consumer;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * The outgoing side of one connection: bytes become records, and records go to the transport below.
 *
 * <p>A record cannot be taken back. So when the transport below does not take all of it, the rest
 * is kept here, and the bytes in it are <em>owed</em>: the caller counts them as not taken, and
 * offers them again. They are then passed over as the records go. So whoever has bytes unsent knows
 * of all of them, as over plain TCP, and memory stays bounded by one buffer.
 *
 * <p>Thread: the connection's own; guarded by its monitor, because the poller may send the last
 * rest.
 */
public final class Outgoing {

  private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);
  private static final ByteBuffer[] NO_BYTES = {NOTHING};

  /** More in one write cost as much for each byte. */
  private static final int MOST_RECORDS = 4;

  private final TransportSocket below;
  private final Buffers buffers;

  /**
   * Records, or the rest of one, that the transport below has not taken; null when there are none.
   */
  private @Nullable ByteBuffer pending;

  /** The bytes in {@link #pending} that the caller will offer again. */
  private long owed;

  /** The most records in one write; fewer while the peer takes little, as they would be kept. */
  private int batch = 1;

  /** Whether the end of the stream is to follow {@link #pending}. */
  private boolean endFollows;

  public Outgoing(TransportSocket below, Buffers buffers) {
    this.below = below;
    this.buffers = buffers;
  }

  /** As {@link TransportSocket#write(ByteBuffer[], int, int)}. */
  public synchronized long write(SSLEngine engine, ByteBuffer[] from, int offset, int length)
      throws IOException {
    long taken = flush(from, offset, length);
    if (pending != null) {
      return taken;
    }
    ByteBuffer out = buffers.borrow();
    try {
      while (pending == null && hasRemaining(from, offset, length)) {
        int[] starts = positions(from, offset, length);
        int plain = wrap(engine, from, offset, length, room(engine, out));
        send(out.flip(), plain);
        putBack(from, offset, starts, owed);
        taken += plain - owed;
        batch = pending == null ? Math.min(MOST_RECORDS, 2 * batch) : 1;
      }
      return taken;
    } finally {
      buffers.release(out);
    }
  }

  private ByteBuffer room(SSLEngine engine, ByteBuffer out) {
    int room = batch * engine.getSession().getPacketBufferSize();
    return out.clear().limit(Math.min(room, out.capacity()));
  }

  /**
   * Fills {@code out} with records.
   *
   * @return the bytes in them
   */
  private static int wrap(
      SSLEngine engine, ByteBuffer[] from, int offset, int length, ByteBuffer out)
      throws IOException {
    int plain = 0;
    for (; ; ) {
      SSLEngineResult result = engine.wrap(from, offset, length, out);
      plain += result.bytesConsumed();
      switch (result.getStatus()) {
        case OK -> {
          if (!hasRemaining(from, offset, length)) {
            return plain;
          }
          if (result.bytesProduced() == 0) {
            throw new SSLException("the engine makes no record: " + result);
          }
        }
        case BUFFER_OVERFLOW -> {
          if (out.position() == 0) {
            throw new SSLException("a record has no room in " + out.capacity() + " bytes");
          }
          return plain;
        }
        case CLOSED -> throw new ClosedChannelException();
        case BUFFER_UNDERFLOW -> throw new SSLException("the engine reads while it writes");
      }
    }
  }

  /**
   * Sends records, or keeps what is left of them.
   *
   * @param plain the bytes in them
   */
  private void send(ByteBuffer records, int plain) throws IOException {
    int all = records.remaining();
    int sent = below.write(records);
    if (records.hasRemaining()) {
      keep(records);
      owed = plain - (long) plain * sent / all;
    }
  }

  /**
   * Sends what is kept, and passes over bytes of {@code from} that were owed.
   *
   * @return how many these are
   */
  private long flush(ByteBuffer[] from, int offset, int length) throws IOException {
    ByteBuffer kept = pending;
    if (kept == null) {
      return 0;
    }
    int before = kept.remaining();
    int sent = below.write(kept);
    long paid = kept.hasRemaining() ? owed * sent / before : owed;
    long passed = passOver(from, offset, length, paid);
    owed -= passed;
    if (!kept.hasRemaining()) {
      pending = null;
      owed = 0;
      end();
    }
    return passed;
  }

  /** Sends what is kept, as far as there is room; true when nothing is kept any more. */
  public synchronized boolean flush() throws IOException {
    ByteBuffer kept = pending;
    if (kept != null && owed == 0) {
      flush(NO_BYTES, 0, 1);
    }
    return pending == null;
  }

  /** The caller will not offer the bytes again that it counts as not taken. */
  public synchronized void forget() {
    owed = 0;
  }

  /**
   * Sends what the engine has to say itself.
   *
   * @return whether it had anything to say
   */
  public synchronized boolean tell(SSLEngine engine) throws IOException {
    return tell(engine, record -> {});
  }

  /**
   * As {@link #tell(SSLEngine)}. The records of one flight go in one write, as far as the buffer
   * reaches.
   *
   * @param seen is shown each record that the engine has made, and leaves it as it is
   */
  public synchronized boolean tell(SSLEngine engine, Consumer<ByteBuffer> seen) throws IOException {
    ByteBuffer out = buffers.borrow();
    try {
      int room = engine.getSession().getPacketBufferSize();
      int made;
      do {
        made = engine.wrap(NOTHING, out).bytesProduced();
        seen.accept(out.slice(out.position() - made, made));
      } while (made > 0
          && engine.getHandshakeStatus() == HandshakeStatus.NEED_WRAP
          && out.remaining() >= room);
      boolean said = out.flip().hasRemaining();
      send(out);
      return said;
    } finally {
      buffers.release(out);
    }
  }

  /** Sends {@code records} behind what is kept. */
  public synchronized void send(ByteBuffer records) throws IOException {
    if (flush() && records.hasRemaining()) {
      below.write(records);
    }
    keep(records);
  }

  private void keep(ByteBuffer more) {
    ByteBuffer kept = pending;
    if (!more.hasRemaining()) {
      return;
    }
    int length = more.remaining() + (kept == null ? 0 : kept.remaining());
    ByteBuffer all = ByteBuffer.allocate(length);
    if (kept != null) {
      all.put(kept);
    }
    pending = all.put(more).flip();
  }

  /** Ends the stream behind what is kept; false when that must wait for room. */
  public synchronized boolean shutdown() throws IOException {
    endFollows = true;
    forget();
    if (flush()) {
      end();
    }
    return !endFollows;
  }

  private void end() throws IOException {
    if (endFollows) {
      endFollows = false;
      below.shutdownOutput();
    }
  }

  // ---- the caller's buffers

  private static boolean hasRemaining(ByteBuffer[] from, int offset, int length) {
    for (int i = offset; i < offset + length; i++) {
      if (from[i].hasRemaining()) {
        return true;
      }
    }
    return false;
  }

  private static long passOver(ByteBuffer[] from, int offset, int length, long bytes) {
    long left = bytes;
    for (int i = offset; i < offset + length && left > 0; i++) {
      int now = (int) Math.min(left, from[i].remaining());
      from[i].position(from[i].position() + now);
      left -= now;
    }
    return bytes - left;
  }

  private static int[] positions(ByteBuffer[] from, int offset, int length) {
    int[] positions = new int[length];
    for (int i = 0; i < length; i++) {
      positions[i] = from[offset + i].position();
    }
    return positions;
  }

  /** Puts back the last {@code bytes} that were taken since the buffers were at {@code starts}. */
  private static void putBack(ByteBuffer[] from, int offset, int[] starts, long bytes) {
    long left = bytes;
    for (int i = starts.length - 1; left > 0; i--) {
      ByteBuffer buffer = from[offset + i];
      int now = (int) Math.min(left, buffer.position() - starts[i]);
      buffer.position(buffer.position() - now);
      left -= now;
    }
  }
}
