// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.wire;

import static io.thousandisland.runtime.signals.Signals.DEADLINE;
import static io.thousandisland.runtime.signals.Signals.DRAIN;
import static io.thousandisland.runtime.signals.Signals.EXPIRE;
import static io.thousandisland.runtime.signals.Signals.FORCED;
import static io.thousandisland.runtime.signals.Signals.HAND_OVER;
import static io.thousandisland.runtime.signals.Signals.MIGRATE;
import static io.thousandisland.runtime.signals.Signals.NEVER;
import static io.thousandisland.runtime.signals.Signals.RETIRE;
import static io.thousandisland.runtime.signals.Signals.SHUTDOWN;
import static io.thousandisland.runtime.signals.Signals.WRITABLE;

import io.thousandisland.handler.SendTimeoutException;
import io.thousandisland.runtime.signals.Signals;
import io.thousandisland.telemetry.TelemetryEvent;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The outgoing side of one connection: writes all bytes or fails, and counts.
 *
 * <p>The peer's window is the only buffer. While the peer takes nothing the handler waits, at most
 * the send timeout, so a peer that never reads costs no memory. A handler that is to leave or to
 * finish, or that runs on a lent thread, does not wait: the bytes that the peer has not taken
 * become the connection's ({@link Unsent}), and the connection flushes them before it reads again.
 * The handler waits nevertheless when {@code unsentLimit} or the memory budget is used up. The rest
 * of a file is unsent, too. There is one such file at a time, and the handler waits before it sends
 * a second one.
 *
 * <p>Thread: the connection's own; any thread may read the counters, for snapshots.
 */
public final class Outbound extends Tally implements Meanwhile {

  /**
   * The reasons that end a handler's wait for its peer. A send sees them and leaves them raised.
   */
  private static final int LEAVING = DRAIN | RETIRE | MIGRATE | SHUTDOWN;

  /** The bytes of gathered sends that are written without waiting for the callback's end. */
  private static final int GATHERED = 16 * 1024;

  /** The room for gathered bytes to begin with. */
  private static final int FIRST_ROOM = 1024;

  /** A larger send is not copied, but written at once, behind the gathered bytes. */
  private static final int GATHERED_AT_ONCE = 4 * 1024;

  private static final VarHandle KEEPS;

  static {
    try {
      KEEPS = MethodHandles.lookup().findVarHandle(Outbound.class, "keeps", boolean.class);
    } catch (ReflectiveOperationException impossible) {
      throw new ExceptionInInitializerError(impossible);
    }
  }

  private final Wire wire;
  private final Signals signals;

  /** Null until bytes were left unsent. */
  private @Nullable Unsent unsent;

  /**
   * Whether there are unsent bytes that the peer did not take when a write was tried. Written by
   * the own thread; read by any, a moment later.
   */
  @SuppressWarnings("unused") // by VarHandle
  private boolean keeps;

  /** True when no send waits for its peer any more: in the terminal callback of a handler. */
  private boolean hurried;

  /** True when nothing can be sent any more. */
  private boolean closed;

  /** Whether the handler has promised not to block: then a send may be gathered. */
  private boolean mayGather;

  /** Whether the running callback has sent something. */
  private boolean hasSent;

  /** Whether bytes were gathered that no write was tried for. */
  private boolean gathered;

  /** Whether the unsent bytes can never be sent: the peer has gone, or their file has changed. */
  private boolean broken;

  /** Whether the half-close is to follow the unsent bytes. */
  private boolean endAfterFlush;

  public Outbound(Wire wire, Signals signals) {
    this.wire = wire;
    this.signals = signals;
  }

  public void send(ByteBuffer data) throws IOException {
    begin();
    long before = bytes();
    try {
      if (gather(data)) {
        countCall();
        return;
      }
      boolean inTime = true;
      for (; ; ) {
        long taken = flush();
        if (!hasUnsent()) {
          int now = wire.transport().write(data);
          countBytes(now);
          taken += now;
        }
        if (!data.hasRemaining() || handOver(data)) {
          break;
        }
        failIfLate(inTime, taken);
        inTime = awaitRoom();
      }
    } catch (IOException e) {
      failed(before, e);
      throw e;
    }
    sent(before);
  }

  public void send(ByteBuffer[] data) throws IOException {
    begin();
    hasSent = true;
    long before = bytes();
    try {
      int first = firstLeft(data, 0);
      boolean inTime = true;
      while (first < data.length) {
        long taken = flush();
        if (!hasUnsent()) {
          long now = wire.transport().write(data, first, data.length - first);
          countBytes(now);
          taken += now;
        }
        first = firstLeft(data, first);
        while (first < data.length && handOver(data[first])) {
          first = firstLeft(data, first);
        }
        if (first < data.length) {
          failIfLate(inTime, taken);
          inTime = awaitRoom();
        }
      }
    } catch (IOException e) {
      failed(before, e);
      throw e;
    }
    sent(before);
  }

  /** Sends all of a file. */
  public void sendFile(Path file) throws IOException {
    beginFile();
    send(Transfer.of(wire.context(), file));
  }

  /** Sends a part of a file. */
  public void sendFile(Path file, long offset, long length) throws IOException {
    beginFile();
    send(Transfer.of(wire.context(), file, offset, length));
  }

  /** Sends a part of the caller's file, which is not used any more when this returns. */
  public void sendFile(FileChannel file, long offset, long length) throws IOException {
    beginFile();
    send(Transfer.of(wire.context(), file, offset, length));
  }

  private void beginFile() throws IOException {
    begin();
    signals.dropInterrupt(); // it would close the file
  }

  private void send(Transfer file) throws IOException {
    hasSent = true;
    long before = bytes();
    boolean handedOver = false;
    try {
      boolean inTime = true;
      while (!file.isSent()) {
        long taken = flush();
        if (!hasUnsent()) {
          signals.dropInterrupt();
          long now = file.writeTo(wire.transport());
          countBytes(now);
          taken += now;
        }
        if (file.isSent()) {
          break;
        }
        handedOver = handOver(file);
        if (handedOver) {
          break;
        }
        failIfLate(inTime, taken);
        inTime = (hasUnsent() || !file.hasRoom()) ? awaitRoom() : goOnAtOnce();
      }
    } catch (IOException e) {
      failed(before, e);
      throw e;
    } finally {
      if (!handedOver) {
        file.close();
      }
    }
    sent(before);
  }

  private void begin() throws IOException {
    if (closed) {
      throw new ClosedChannelException();
    }
    signals.giveWay();
  }

  // ---- gathering

  /**
   * A callback begins. Its first send is written at once. If the handler has promised not to block,
   * further small sends of the callback are gathered, and written together when the callback has
   * returned: such a handler cannot wait for the effect of a send. Other handlers may, so their
   * sends are all written at once.
   */
  public void callbackBegins(boolean nonblocking) {
    mayGather = nonblocking;
    hasSent = false;
  }

  /** True when {@code data} is gathered. */
  private boolean gather(ByteBuffer data) throws IOException {
    boolean later = hasSent && mayGather && !hurried;
    hasSent = true;
    if (!later || data.remaining() > GATHERED_AT_ONCE) {
      return false;
    }
    boolean first = !hasUnsent();
    if (!unsent().add(data, FIRST_ROOM, wire.context().settings().buffers().unsentLimit())) {
      return false;
    }
    gathered |= first; // else the peer is slow, and told about room already
    if (gathered && unsent().length() >= GATHERED) {
      writeGathered();
    }
    return true;
  }

  /** Writes gathered bytes, as many as the kernel takes. Called when a callback has returned. */
  public void writeGathered() throws IOException {
    if (gathered) {
      long before = bytes();
      flushInTime();
      tellSent(before);
    }
  }

  private static int firstLeft(ByteBuffer[] data, int from) {
    int first = from;
    while (first < data.length && !data[first].hasRemaining()) {
      first++;
    }
    return first;
  }

  // ---- waiting

  /**
   * Waits until the peer has taken bytes, or the handler is to leave. A shutdown does not end a
   * send, because a send is work in flight; force does, and so does a peer that is too slow.
   *
   * @return false when the send timeout is over; then the caller tries once more
   */
  private boolean awaitRoom() throws IOException {
    if (hasRoom()) {
      return goOnAtOnce();
    }
    signals.deadline(wire.context().sweeper.in(wire.context().settings().timeouts().send()));
    waits(true);
    int endings = hurried ? FORCED : FORCED | EXPIRE;
    try {
      for (; ; ) {
        int why = signals.awaitOrSee(WRITABLE | DEADLINE | HAND_OVER | endings, LEAVING);
        if ((why & FORCED) != 0) {
          throw new AsynchronousCloseException();
        }
        if ((why & EXPIRE) != 0) {
          throw new SendTimeoutException();
        }
        if ((why & HAND_OVER) != 0) {
          signals.raise(HAND_OVER); // taken again when it is obeyed
        }
        if ((why & ~DEADLINE) != 0) {
          return true;
        }
        if (signals.due()) {
          return false;
        }
      }
    } finally {
      waits(false);
      signals.deadline(NEVER);
    }
  }

  /** In place of a wait: the last step of a file has left room. Lets other threads run. */
  private boolean goOnAtOnce() throws IOException {
    signals.keepThread();
    signals.giveWay();
    if (!hurried && signals.isRaised(EXPIRE)) {
      throw new SendTimeoutException();
    }
    return true;
  }

  private static void failIfLate(boolean inTime, long taken) throws SendTimeoutException {
    if (!inTime && taken == 0) {
      throw new SendTimeoutException();
    }
  }

  // ---- unsent bytes

  /** True when {@code data} belongs to the connection now, and the handler need not wait. */
  private boolean handOver(ByteBuffer data) {
    boolean first = !hasUnsent();
    if (first && !isLeaving()) {
      return false;
    }
    int limit = wire.context().settings().buffers().unsentLimit();
    int unused = signals.take(HAND_OVER);
    if (!unsent().add(data, limit)) {
      return false;
    }
    if (first) {
      KEEPS.setOpaque(this, true);
      progress();
    }
    return true;
  }

  /** True when what is left of {@code file} belongs to the connection now. */
  private boolean handOver(Transfer file) {
    boolean first = !hasUnsent();
    if (first && !isLeaving()) {
      return false;
    }
    int unused = signals.take(HAND_OVER);
    if (!file.mayBeKept() || !unsent().add(file)) {
      return false;
    }
    if (first) {
      progress();
    }
    noteUnsent();
    return true;
  }

  private boolean isLeaving() {
    return hurried
        || signals.isLent() // no lent thread is kept because of a peer
        || signals.isRaised(LEAVING | HAND_OVER)
        || wire.draining();
  }

  public boolean hasUnsent() {
    Unsent mine = unsent;
    return mine != null && !mine.isEmpty();
  }

  /** Whether unsent bytes waited for the peer, a moment ago. Any thread. */
  public boolean hadUnsent() {
    return (boolean) KEEPS.getOpaque(this);
  }

  /** How many bytes are unsent. Any thread; may be a moment old. */
  public long unsentSeen() {
    Unsent mine = unsent;
    return mine == null ? 0 : mine.seen();
  }

  /** Whether there are unsent bytes, of a file, that need not wait for the peer. */
  public boolean hasRoom() {
    Unsent mine = unsent;
    return mine != null && mine.hasRoom();
  }

  /**
   * Notes whether the peer is waited for. When the last step of a file has left room, that is
   * raised, so that a wait for room ends at once: the transport tells only of room after a lack of
   * it.
   */
  private void noteUnsent() {
    boolean room = hasRoom();
    KEEPS.setOpaque(this, hasUnsent() && !room);
    if (room) {
      signals.raise(WRITABLE);
    }
  }

  private Unsent unsent() {
    Unsent mine = unsent;
    if (mine == null) {
      mine = new Unsent(wire.context().memory);
      unsent = mine;
    }
    return mine;
  }

  /** The time by which the peer must have taken some of the unsent bytes, in the sweeper's time. */
  public long flushBy() {
    Unsent mine = unsent;
    return mine == null ? NEVER : mine.flushBy;
  }

  /**
   * Notes that nothing is read while there are unsent bytes.
   *
   * @return the nanoseconds for which nothing was read, when that time has just ended; else 0
   */
  public long readNothingFor() {
    Unsent mine = unsent;
    if (mine == null) {
      return 0;
    }
    long since = mine.readsNothingSince;
    if (mine.isEmpty()) {
      mine.readsNothingSince = NEVER;
      return since == NEVER ? 0 : wire.context().sweeper.now() - since;
    }
    if (since == NEVER) {
      mine.readsNothingSince = wire.context().sweeper.now();
    }
    return 0;
  }

  /**
   * Writes unsent bytes, as many as the kernel takes.
   *
   * @return the number of bytes written
   */
  long flush() throws IOException {
    if (!hasUnsent()) {
      return 0;
    }
    if (gathered) {
      gathered = false;
      progress(); // the peer's time begins now, and not in the callback
    }
    if (unsent().hasRoom()) {
      signals.dropInterrupt();
    }
    long taken = unsent().writeTo(wire.transport());
    countBytes(taken);
    if (taken > 0) {
      progress();
    }
    noteUnsent();
    if (!hasUnsent() && endAfterFlush) {
      endAfterFlush = false;
      wire.transport().shutdownOutput();
    }
    return taken;
  }

  private void progress() {
    unsent().flushBy = wire.context().sweeper.in(wire.context().settings().timeouts().send());
  }

  /**
   * As {@link #flush}, when the deadline was raised or there is room.
   *
   * @throws SendTimeoutException when the peer took nothing within the send timeout
   */
  public void flushInTime() throws IOException {
    long before = bytes();
    try {
      if (flush() == 0 && hasUnsent() && isPast(flushBy())) {
        throw new SendTimeoutException();
      }
    } catch (IOException e) {
      broken = !(e instanceof SendTimeoutException);
      failed(before, e);
      throw e;
    }
  }

  /** Whether the unsent bytes are lost, and that was told. */
  public boolean isBroken() {
    return broken;
  }

  private boolean isPast(long point) {
    return point != NEVER && wire.context().sweeper.now() - point >= 0;
  }

  // ---- while the connection waits for a handler

  @Override
  public int reasons() {
    return hasUnsent() ? WRITABLE : 0;
  }

  @Override
  public long deadline() {
    return hasUnsent() ? flushBy() : NEVER;
  }

  @Override
  public void goOn() throws IOException {
    if (hasUnsent()) {
      flushInTime();
    }
    if (hasRoom()) {
      signals.giveWay();
    }
  }

  // ----

  /**
   * Waits until nothing is unsent.
   *
   * @param endings the reasons that end the wait
   * @return the reasons of {@code endings} that were raised; 0 when nothing is unsent
   */
  public int awaitFlushed(int endings) throws IOException {
    while (hasUnsent()) {
      flushInTime();
      if (hasRoom()) {
        signals.keepThread();
        signals.giveWay();
      }
      if (hasUnsent()) {
        signals.deadline(flushBy());
        waits(true);
        int why = signals.await(WRITABLE | DEADLINE | endings) & endings;
        waits(false);
        signals.deadline(NEVER);
        if (why != 0) {
          return why;
        }
      }
    }
    return 0;
  }

  /** From now on sends do not wait for the peer. */
  public void hurry() {
    hurried = true;
  }

  /** Tells the peer that no more bytes will come, after the unsent bytes. */
  public void shutdownOutput() throws IOException {
    if (hasUnsent()) {
      endAfterFlush = true;
    } else {
      wire.transport().shutdownOutput();
    }
  }

  /** Refuses to send from now on, and half-closes. */
  public void close() throws IOException {
    if (!closed) {
      closed = true;
      shutdownOutput();
    }
  }

  /**
   * As {@link #close}, where the peer needs to be told before the socket is closed: over TLS an end
   * without a close_notify could be anybody's.
   */
  public void sayEnd() throws IOException {
    if (wire.transport().secure()) {
      close();
    }
  }

  /** Refuses to send from now on. Unsent bytes are lost, and the end that was to follow them. */
  public void abandon() {
    closed = true;
    endAfterFlush = false;
    gathered = false;
    end();
    noteUnsent();
  }

  /** The connection is over: unsent bytes are lost. */
  public void end() {
    Unsent mine = unsent;
    if (mine != null) {
      mine.end();
    }
  }

  // ---- counting and telling

  private void sent(long before) {
    countCall();
    tellSent(before);
  }

  private void tellSent(long before) {
    if (wire.traffic()) {
      wire.emit(new TelemetryEvent.Sent(wire.span(), bytes() - before));
    }
  }

  private void failed(long before, IOException reason) {
    wire.transport().forgetLeft();
    wire.emit(() -> new TelemetryEvent.SendFailed(wire.span(), bytes() - before, reason));
  }
}
