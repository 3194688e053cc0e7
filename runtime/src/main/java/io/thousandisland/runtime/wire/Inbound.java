// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.wire;

import io.thousandisland.runtime.shared.BufferPool;
import io.thousandisland.runtime.shared.ServerContext;
import io.thousandisland.telemetry.TelemetryEvent;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The incoming side of one connection: reads, counts, and knows whether another read may bring
 * more.
 *
 * <p>Thread: the connection's own; any thread may read the counters, for snapshots.
 */
public final class Inbound extends Tally {

  /**
   * The most reads of bytes that no handler wants: enough for a receive buffer of the usual size.
   */
  private static final int DISCARDS = 16;

  /** The result of {@link #discard}. */
  public enum Discarded {
    NOTHING,
    ALL,
    /** Bytes up to the bound. */
    SOME
  }

  private static final VarHandle OVER;
  private static final VarHandle DISCARDED;
  private static final VarHandle LAST_DATA;

  static {
    try {
      var lookup = MethodHandles.lookup();
      OVER = lookup.findVarHandle(Inbound.class, "over", boolean.class);
      DISCARDED = lookup.findVarHandle(Inbound.class, "discarded", long.class);
      LAST_DATA = lookup.findVarHandle(Inbound.class, "lastData", long.class);
    } catch (ReflectiveOperationException impossible) {
      throw new ExceptionInInitializerError(impossible);
    }
  }

  private final Wire wire;

  /** Null until a handler has left bytes unread. */
  private @Nullable Unread unread;

  /**
   * False after a read that found less than it had room for: then the transport tells when there is
   * more. True at first, because no read has looked yet.
   */
  private boolean mayRead = true;

  /**
   * True when nothing more will come: the peer has ended its stream, or the connection is broken.
   * Written by the own thread; other threads read it by {@link #OVER}.
   */
  private boolean over;

  /** See {@link #lastData()}. */
  private long lastData;

  /** Bytes that no handler wanted. Written by the own thread; read by any, a moment later. */
  private long discarded;

  /** The guessed size of the next read: a {@link ReadSize}. */
  private byte readSize = ReadSize.FIRST;

  /** Not null when the connection is broken: the exception that a read has failed with. */
  private @Nullable IOException broken;

  /**
   * The bytes that {@link #peerGone} or a {@code receiveUntil} has read and that no read has taken
   * yet; null when there are none.
   */
  private @Nullable ByteBuffer ahead;

  /** True when the end of the stream comes behind {@link #ahead}. */
  private boolean endAhead;

  public Inbound(Wire wire) {
    this.wire = wire;
  }

  private ServerContext context() {
    return wire.context();
  }

  public boolean mayRead() {
    return mayRead && !over;
  }

  public void readable() {
    mayRead = true;
  }

  public boolean isOver() {
    return over;
  }

  /** As {@link #isOver}, a moment ago. Any thread. */
  public boolean wasOver() {
    return (boolean) OVER.getOpaque(this);
  }

  /** The wait for data counts from {@code now}. */
  public void dataAt(long now) {
    LAST_DATA.setOpaque(this, now);
  }

  /** The time from which the wait for data counts, in the sweeper's time; 0 before. Any thread. */
  public long lastData() {
    return (long) LAST_DATA.getOpaque(this);
  }

  /** Bytes that have come so far, discarded ones included. Any thread. */
  public long arrived() {
    return bytes() + (long) DISCARDED.getOpaque(this);
  }

  public boolean isBroken() {
    return broken != null;
  }

  /**
   * Takes bytes out of the kernel that have arrived and that no handler will read, up to a bound.
   */
  public Discarded discard() throws IOException {
    if (over) {
      return Discarded.NOTHING;
    }
    var found = Discarded.NOTHING;
    BufferPool pool = context().pool();
    ByteBuffer buffer = pool.borrow();
    try {
      for (int i = 0; i < DISCARDS; i++) {
        int got = wire.transport().read(buffer.clear());
        if (got > 0) {
          found = Discarded.ALL;
          DISCARDED.setOpaque(this, discarded + got);
        }
        if (got < buffer.capacity()) {
          over = got < 0;
          return found;
        }
      }
      return Discarded.SOME;
    } catch (IOException e) {
      over = true;
      throw e;
    } finally {
      pool.release(buffer);
    }
  }

  /**
   * A buffer of {@code pool} for the next read, no larger than the read is likely to need.
   *
   * @param most bytes that will be read
   */
  public ByteBuffer borrow(BufferPool pool, int most) {
    return pool.borrow(Math.min(most, ReadSize.bytes(readSize)));
  }

  /** As {@link io.thousandisland.transport.TransportSocket#read}. */
  public int read(ByteBuffer into) throws IOException {
    int before = takeAhead(into);
    if (before > 0) {
      return before;
    }
    if (endAhead) {
      mayRead = false;
      over = true;
      return -1;
    }
    int got = readNew(into);
    mayRead = got > 0 && !into.hasRemaining();
    over = got < 0;
    if (got > 0) {
      boolean filled = mayRead && into.limit() == into.capacity(); // else the read was limited
      readSize = ReadSize.after(readSize, got, filled);
    }
    return got;
  }

  private int readNew(ByteBuffer into) throws IOException {
    IOException known = broken;
    if (known != null) {
      over = true;
      throw known;
    }
    int got;
    try {
      got = wire.transport().read(into);
    } catch (IOException e) {
      over = true;
      broken = e;
      wire.emit(() -> new TelemetryEvent.ReceiveFailed(wire.span(), e));
      throw e;
    }
    if (got > 0) {
      countBytes(got);
      countCall();
      if (wire.traffic()) {
        wire.emit(new TelemetryEvent.Received(wire.span(), got));
      }
    }
    return got;
  }

  // ---- bytes that a handler leaves unread

  public boolean hasUnread() {
    Unread mine = unread;
    return mine != null && !mine.isEmpty();
  }

  public int unreadLength() {
    Unread mine = unread;
    return mine == null ? 0 : mine.length();
  }

  /** As {@link #unreadLength}, with the bytes read ahead. Any thread; may be a moment old. */
  public int unreadSeen() {
    ByteBuffer now = ahead;
    return unreadLength() + (now == null ? 0 : now.remaining());
  }

  /** As {@link Unread#inFrontOf}. */
  public ByteBuffer inFrontOf(ByteBuffer pooled) throws IOException {
    Unread mine = unread;
    return mine == null
        ? pooled
        : mine.inFrontOf(pooled, context().settings().buffers().unreadLimit());
  }

  /** Keeps the bytes left in {@code data}, which {@link #inFrontOf} gave. */
  public void keepUnread(ByteBuffer data) throws IOException {
    Unread mine = unread;
    if (mine == null && data.hasRemaining()) {
      mine = new Unread(context().memory);
      unread = mine;
    }
    if (mine != null) {
      mine.keep(data);
    }
  }

  /** As {@link Unread#moveTo}. */
  public void moveUnreadTo(ByteBuffer into) {
    Unread mine = unread;
    if (mine != null) {
      mine.moveTo(into);
    }
  }

  /**
   * Gives away the bytes that were read and that no handler has taken; null when there are none.
   * They do not count any more.
   */
  public @Nullable ByteBuffer takeUnread() {
    Unread mine = unread;
    ByteBuffer first = mine == null ? null : mine.take();
    ByteBuffer second = ahead;
    endAhead = false; // the next read finds it again
    if (second == null) {
      return first;
    }
    dropAhead();
    if (first == null) {
      return second;
    }
    return ByteBuffer.allocate(first.remaining() + second.remaining())
        .put(first)
        .put(second)
        .flip();
  }

  // ---- looking ahead

  /**
   * Whether the peer has ended its stream, or the connection is broken. Has to read the bytes that
   * come before the end, and keeps them for the next read.
   *
   * @throws IOException when more bytes would have to be kept than allowed
   */
  public boolean peerGone() throws IOException {
    if (over || endAhead || broken != null) {
      return true;
    }
    BufferPool pool = context().pool();
    ByteBuffer buffer = pool.borrow();
    try {
      for (; ; ) {
        int got = readNew(buffer.clear());
        endAhead = got < 0;
        if (got > 0) {
          keepAhead(buffer.flip());
        }
        if (got < buffer.capacity()) {
          return endAhead;
        }
      }
    } catch (IOException e) {
      over = false; // not before the bytes ahead are read
      if (e != broken) {
        broken = e; // bytes were read and cannot be kept: no read may go on behind them
        throw e;
      }
      return true;
    } finally {
      mayRead = true; // the next read looks here first
      pool.release(buffer);
    }
  }

  private void keepAhead(ByteBuffer more) throws IOException {
    ByteBuffer now = ahead;
    int length = more.remaining() + (now == null ? 0 : now.remaining());
    int limit = context().settings().buffers().unreadLimit();
    if (length > limit) {
      throw new IOException(
          "peerGone must keep "
              + length
              + " bytes that no handler has read; allowed: "
              + limit
              + " (unreadLimit)");
    }
    ByteBuffer larger = Unread.allocate(context().memory, length);
    if (now != null) {
      larger.put(now);
    }
    dropAhead();
    ahead = larger.put(more).flip();
  }

  /**
   * Moves bytes that were read already to {@code into}, through the first {@code delimiter}: the
   * unread bytes, then the bytes ahead.
   *
   * @return true when {@code into} ends with the delimiter
   * @throws IOException when the memory budget is used up
   */
  public boolean moveThrough(byte[] delimiter, Gathered into) throws IOException {
    Unread mine = unread;
    ByteBuffer first = mine == null || mine.isEmpty() ? null : mine.take();
    if (first != null) {
      putBack(first); // so the next receive finds all bytes in one place
    }
    ByteBuffer now = ahead;
    if (now == null) {
      return false;
    }
    boolean found = into.addUntil(delimiter, now);
    tookAhead(now);
    return found;
  }

  /**
   * Puts bytes that were read back in front of the stream.
   *
   * @throws IOException when the memory budget is used up: the connection is broken then
   */
  public void putBack(ByteBuffer first) throws IOException {
    if (!first.hasRemaining()) {
      return;
    }
    ByteBuffer now = ahead;
    int length = first.remaining() + (now == null ? 0 : now.remaining());
    try {
      ByteBuffer larger = Unread.allocate(context().memory, length).put(first);
      if (now != null) {
        larger.put(now);
      }
      dropAhead();
      ahead = larger.flip();
    } catch (IOException noMemory) {
      dropAhead();
      broken = noMemory; // no read may go on behind the lost bytes
      throw noMemory;
    }
    mayRead = true;
    over = false; // not before the bytes ahead are read
  }

  private int takeAhead(ByteBuffer into) {
    ByteBuffer now = ahead;
    if (now == null) {
      return 0;
    }
    int length = Math.min(now.remaining(), into.remaining());
    into.put(now.slice().limit(length));
    now.position(now.position() + length);
    tookAhead(now);
    return length;
  }

  private void tookAhead(ByteBuffer now) {
    if (!now.hasRemaining()) {
      dropAhead();
    }
    mayRead = true; // behind these bytes there may be others, or the end
  }

  private void dropAhead() {
    ByteBuffer now = ahead;
    if (now != null) {
      ahead = null;
      context().memory.giveBack(now.capacity());
    }
  }

  /** The connection is over: gives the memory back. */
  public void end() {
    dropAhead();
    Unread mine = unread;
    if (mine != null) {
      mine.end();
    }
  }
}
