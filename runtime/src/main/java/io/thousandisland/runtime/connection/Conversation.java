// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.connection;

import static io.thousandisland.runtime.signals.Signals.DEADLINE;
import static io.thousandisland.runtime.signals.Signals.DRAIN;
import static io.thousandisland.runtime.signals.Signals.ENDING;
import static io.thousandisland.runtime.signals.Signals.MESSAGE;
import static io.thousandisland.runtime.signals.Signals.MIGRATE;
import static io.thousandisland.runtime.signals.Signals.NEVER;
import static io.thousandisland.runtime.signals.Signals.READABLE;
import static io.thousandisland.runtime.signals.Signals.RETIRE;
import static io.thousandisland.runtime.signals.Signals.WRITABLE;

import io.thousandisland.handler.Handler;
import io.thousandisland.handler.Next;
import io.thousandisland.handler.ReadTimeout;
import io.thousandisland.handler.ShutdownException;
import io.thousandisland.handler.UnhandledMessageException;
import io.thousandisland.runtime.handlers.Generation;
import io.thousandisland.runtime.settings.PaceSettings;
import io.thousandisland.runtime.shared.BufferPool;
import io.thousandisland.runtime.shared.ServerContext;
import io.thousandisland.runtime.signals.DeadlineSweeper;
import io.thousandisland.runtime.signals.Signals;
import io.thousandisland.runtime.wire.Handshake;
import io.thousandisland.runtime.wire.Inbound;
import io.thousandisland.runtime.wire.Outbound;
import io.thousandisland.runtime.wire.Proxied;
import io.thousandisland.runtime.wire.Replay;
import io.thousandisland.telemetry.Ending;
import io.thousandisland.telemetry.TelemetryEvent;
import io.thousandisland.transport.ThreadLender;
import io.thousandisland.transport.Transport;
import io.thousandisland.transport.TransportSocket;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The conversation of a connection with its handler: callbacks, and answers that become actions
 * here and nowhere else.
 *
 * <pre>
 *   handshake → handleConnection → [wait for a reason → callback]* → an ending
 *       ↑                           ↑ another handler may take over here
 *       └── the answer to a callback switches the transport
 * </pre>
 *
 * <p>Thread: the connection's own.
 */
public final class Conversation {

  private static final int EVERYTHING =
      READABLE | MESSAGE | DEADLINE | MIGRATE | RETIRE | DRAIN | ENDING;

  /** The reasons while bytes are unsent: nothing is read before the peer has taken them. */
  private static final int WHILE_FLUSHING = (EVERYTHING & ~READABLE) | WRITABLE;

  /** The reasons that the turns of other connections come before. */
  private static final int TURNS = MESSAGE | READABLE | WRITABLE;

  private static final VarHandle TURN;
  private static final VarHandle READY;

  static {
    try {
      var lookup = MethodHandles.lookup();
      TURN = lookup.findVarHandle(Conversation.class, "turn", int.class);
      READY = lookup.findVarHandle(Conversation.class, "ready", long.class);
    } catch (ReflectiveOperationException impossible) {
      throw new ExceptionInInitializerError(impossible);
    }
  }

  private final Host connection;
  private final Signals signals;
  private final Inbound in;
  private final ConnectionSocket socket;
  private final Lease lease;
  private final TerminalCallback terminalCallback;

  /**
   * Null until the connection is asked to leave a handler. Written by the own thread; read by
   * drains.
   */
  private volatile @Nullable Migration migration;

  private @Nullable Object state;

  /** See {@link #turn()}. */
  private int turn;

  /** See {@link #readySince()}. */
  private long ready = NEVER;

  /** The end of the wait for data, in the sweeper's time. */
  private long waitUntil = NEVER;

  /**
   * A handshake that is under way; no callback comes meanwhile.
   *
   * @param then the wait that is to follow it, as the handler said that switched the transport;
   *     null in the connection's first handshake
   */
  private record Shaking(Handshake hands, @Nullable ReadTimeout then) {
    boolean isFirst() {
      return then == null;
    }
  }

  /** Null when no transport shakes hands. */
  private @Nullable Shaking shaking;

  /** Whether the connection is to end as soon as it is idle. */
  private boolean finishing;

  /**
   * True when there was no memory to leave a handler. Written by the own thread; read by drains.
   */
  private volatile boolean cannotLeave;

  Conversation(Host connection, Signals signals, Inbound in, ConnectionSocket socket, Lease lease) {
    this.connection = connection;
    this.signals = signals;
    this.in = in;
    this.socket = socket;
    this.lease = lease;
    this.terminalCallback = new TerminalCallback(connection);
  }

  private ServerContext context() {
    return connection.context();
  }

  private Outbound out() {
    return socket.out();
  }

  /** Begins: with a handler, and the handshake. Null when the conversation goes on. */
  @Nullable Ending begin() {
    turnBegins();
    try {
      if (lease.acquire() == null) {
        return withoutHandler();
      }
      shakeHands(connection.transport(), null);
      turnEnds();
      return null;
    } catch (Throwable thrown) {
      return terminalCallback.because(thrown, true);
    }
  }

  /**
   * Runs the conversation to its end and returns the ending. Null when the connection rests, or
   * goes on on another thread already.
   */
  @Nullable Ending goOn() {
    try {
      Ending ending = null;
      while (ending == null) {
        Shaking now = shaking;
        if (now != null) {
          if (!isDone(now) || mustLeaveThread()) {
            return null;
          }
          shaking = null;
          turnBegins();
          ending = after(now);
          if (ending == null) {
            turnEnds();
          }
          continue;
        }
        out().writeGathered();
        if (finishing && isIdle()) {
          return terminalCallback.finished();
        }
        if (mayRest() && rest()) {
          return null;
        }
        if (hasWork() && !isMoving() && signals.letOthers(reasons() & ~TURNS)) {
          return null;
        }
        if (isMoving()) {
          turnBegins();
          ending = arrive();
        } else {
          int why = nextReasons();
          if ((why & MIGRATE) != 0 && signals.isLent()) {
            signals.raise(why); // no handler promised that leaving and entering is quick
            if (goOnElsewhere()) {
              return null;
            }
            continue;
          }
          turnBegins();
          ending = step(why);
        }
        if (ending == null) {
          turnEnds();
        }
        if (ending == null && hasMoved() && goOnElsewhere()) {
          return null;
        }
      }
      return ending;
    } catch (Throwable thrown) {
      return terminalCallback.because(thrown, true);
    }
  }

  private void shakeHands(TransportSocket socket, @Nullable ReadTimeout then) {
    shaking = new Shaking(new Handshake(socket, signals, context()), then);
  }

  /** False when the connection rests, and another thread may go on with the handshake. */
  private boolean isDone(Shaking one) throws IOException {
    boolean done = one.hands.goOn();
    while (!done) {
      // the own thread of a connection whose handler has been called stays its own
      if ((one.isFirst() || lease.nonblocking()) && signals.rest(Handshake.REASONS)) {
        return false;
      }
      done = one.hands.goOn(signals.await(Handshake.REASONS));
    }
    return true;
  }

  /** Goes on on a thread of its own, if this one is lent and the handler may block. */
  private boolean mustLeaveThread() {
    return signals.isLent() && !lease.nonblocking() && goOnElsewhere();
  }

  private @Nullable Ending after(Shaking done) throws Exception {
    ReadTimeout then = done.then;
    if (then != null) {
      in.readable(); // the new transport's stream was not looked at yet
      dataCounts();
      setWait(then);
      return null;
    }
    long now = context().sweeper.now();
    READY.setOpaque(this, now);
    connection.ready(Duration.ofNanos(now - done.hands.began()));
    Next<@Nullable Object> next = calling("handleConnection").handleConnection(socket);
    return afterData(answer(next));
  }

  /**
   * Continues on another thread, because objects that the old handler has left on this thread would
   * keep its classes. False when there is no memory for another thread.
   */
  private boolean goOnElsewhere() {
    ThreadLender lender = signals.leave();
    try {
      connection.goOnElsewhere();
      return true;
    } catch (OutOfMemoryError noThread) {
      signals.comeBack(lender);
      return false;
    }
  }

  /**
   * Whether the connection may rest: only a handler that promised not to block may go on on any
   * thread that has time.
   */
  private boolean mayRest() {
    return !mayRead() && lease.nonblocking() && !isMoving();
  }

  private boolean mayRead() {
    return in.mayRead() && !out().hasUnsent();
  }

  /** Whether the next turn has something to do without a wait. */
  private boolean hasWork() {
    return mayRead() || signals.isRaised(MESSAGE) || out().hasRoom();
  }

  /** True when nothing is under way in either direction: an end here loses nothing. */
  private boolean isIdle() {
    return !isMoving()
        && !in.mayRead()
        && !in.hasUnread()
        && !out().hasUnsent()
        && !signals.isRaised(MESSAGE | READABLE);
  }

  private boolean rest() {
    signals.deadline(until());
    return signals.rest(reasons());
  }

  private int nextReasons() {
    signals.deadline(until());
    // a read that filled its buffer left more to read, a message more messages, a step of a file
    // more of it: no wait, but a turn
    return hasWork() ? signals.takeTurn(reasons()) : signals.await(reasons());
  }

  private int reasons() {
    return out().hasUnsent() ? WHILE_FLUSHING : EVERYTHING;
  }

  private long until() {
    long wait = out().hasUnsent() ? out().flushBy() : waitUntil;
    return Math.min(wait, socket.delayedUntil());
  }

  /** Handles the raised reasons; null to go on. */
  @SuppressWarnings("NullAway") // a state may be null, as the handler likes
  private @Nullable Ending step(int why) throws Exception {
    if ((why & READABLE) != 0) {
      in.readable();
    }
    if ((why & ENDING) != 0) {
      return terminalCallback.asked();
    }
    flush();
    socket.tellDue();
    Ending ending = null;
    if ((why & MIGRATE) != 0) {
      ending = depart();
      if (isMoving()) {
        signals.raise(why & (MESSAGE | DRAIN)); // for the next handler
        return null;
      }
    }
    if (ending == null && adviceDue(why)) {
      long before = in.bytes();
      long sentBefore = out().bytes();
      Next<@Nullable Object> next = calling("handleDrain").handleDrain(socket, state);
      ending = afterAnything(answer(next), before, sentBefore);
    }
    if (ending == null && (why & MESSAGE) != 0) {
      ending = deliver();
    }
    boolean late = (why & DEADLINE) != 0 && !out().hasUnsent() && isPast(waitUntil);
    if (late) {
      in.readable(); // bytes that arrived meanwhile count: the process may have been stopped
    }
    if (ending == null && mayRead()) {
      ending = receive();
    }
    if (ending == null && late && isPast(waitUntil)) {
      ending = new Ending.TimedOut();
    }
    return ending;
  }

  /** Sends unsent bytes, as many as the peer takes. The time for this does not count as silence. */
  private void flush() throws IOException {
    if (!out().hasUnsent()) {
      notCounting(out().readNothingFor());
      return;
    }
    long before = out().bytes();
    out().flushInTime();
    notCounting(out().readNothingFor());
    countSent(before);
  }

  /** Bytes that the peer has taken count as data, where they are to keep it from being idle. */
  private void countSent(long before) {
    if (out().bytes() != before
        && context().settings().pace().idleBy() == PaceSettings.IdleBy.BOTH) {
      in.dataAt(context().sweeper.now());
      waitUntil = Math.max(waitUntil, after(in.lastData(), socket.readTimeout()));
    }
  }

  private void notCounting(long waited) {
    if (waited != 0) {
      in.dataAt(in.lastData() + waited);
      waitUntil = waitUntil == NEVER ? NEVER : waitUntil + waited;
    }
  }

  /**
   * True when advice is due: for the server, the acceptor or the generation that the connection is
   * in.
   */
  private boolean adviceDue(int why) {
    return (why & (RETIRE | DRAIN)) != 0 && connection.isAdviceDue((why & DRAIN) != 0);
  }

  private boolean isPast(long point) {
    return point != NEVER && context().sweeper.now() - point >= 0;
  }

  // ---- turns: a hint for threads that look at this connection

  private void turnBegins() {
    TURN.setOpaque(this, turn + 1);
  }

  private void turnEnds() {
    TURN.setOpaque(this, turn + 1);
  }

  /** A number, odd during a turn and even between two. Any thread; may be a moment old. */
  int turn() {
    return (int) TURN.getOpaque(this);
  }

  /**
   * When the handshake was done, in the sweeper's time; NEVER before. Any thread; may be a moment
   * old.
   */
  long readySince() {
    return (long) READY.getOpaque(this);
  }

  /** True when the connection was asked to leave {@code one} and could not. Any thread. */
  boolean hasDeclined(Generation one) {
    Migration mine = migration;
    return mine == null ? cannotLeave : mine.hasDeclined(one);
  }

  // ---- other handlers

  /** True while the connection is without a handler, between two. */
  private boolean isMoving() {
    Migration mine = migration;
    return mine != null && mine.underWay();
  }

  /** Whether the connection has left a handler since the last call. */
  private boolean hasMoved() {
    Migration mine = migration;
    return mine != null && mine.hasLeft();
  }

  private Migration migration() {
    Migration mine = migration;
    if (mine == null) {
      mine = new Migration(connection, lease, socket, terminalCallback);
      migration = mine;
    }
    return mine;
  }

  private @Nullable Ending depart() throws Exception {
    Migration mine;
    try {
      mine = migration();
    } catch (OutOfMemoryError noMemory) { // as if the handler had declined
      stay();
      return null;
    }
    Next<@Nullable Object> answer = mine.depart(state, connection.leavesAhead(lease.generation()));
    if (isMoving()) {
      state = null;
    }
    if (answer != null || isMoving()) {
      finishing = false; // the next handler is advised again
    }
    return answer == null ? null : apply(answer);
  }

  /** Stays with its handler, and finishes there. */
  private void stay() {
    Generation mine = lease.generation();
    if (mine != null) {
      cannotLeave = true;
      context().departures.tell();
      connection.retire(mine);
    }
  }

  /** Goes on with the next handler. Time without a handler does not count. */
  private @Nullable Ending arrive() throws Exception {
    long before = context().sweeper.now();
    Next<@Nullable Object> answer = migration().arrive();
    if (answer == null) {
      return withoutHandler();
    }
    notCounting(context().sweeper.now() - before);
    return apply(answer);
  }

  @SuppressWarnings("NullAway") // a state may be null, as the handler likes
  private @Nullable Ending receive() throws Exception {
    BufferPool pool = context().pool();
    ByteBuffer pooled = in.borrow(pool, Integer.MAX_VALUE);
    try {
      ByteBuffer data = in.inFrontOf(pooled);
      int got = in.read(data);
      data.flip();
      if (got < 0) {
        return halfClosed(data);
      }
      if (got == 0) {
        in.keepUnread(data);
        return null;
      }
      Next<@Nullable Object> next = calling("handleData").handleData(data, socket, state);
      in.keepUnread(data);
      return afterData(answer(next));
    } finally {
      pool.release(pooled);
    }
  }

  /** Handles the peer's half-close; {@code rest} is the data left unread before it. */
  @SuppressWarnings("NullAway") // a state may be null, as the handler likes
  private @Nullable Ending halfClosed(ByteBuffer rest) throws Exception {
    Next<@Nullable Object> next = calling("handleHalfClose").handleHalfClose(rest, socket, state);
    Ending ending = afterData(answer(next));
    return ending instanceof Ending.ByUs ? new Ending.ByPeer() : ending;
  }

  @SuppressWarnings("NullAway") // a state may be null, as the handler likes
  private @Nullable Ending deliver() throws Exception {
    Object message = socket.mailbox().take();
    if (message == null) {
      return null;
    }
    long before = in.bytes();
    long sentBefore = out().bytes();
    try {
      Next<@Nullable Object> next = calling("handleMessage").handleMessage(message, socket, state);
      return afterAnything(answer(next), before, sentBefore);
    } catch (UnhandledMessageException e) {
      terminalCallback.answered();
      socket.dropped(message);
      return null;
    }
  }

  // ---- answers: the one place where they become actions

  private Handler<@Nullable Object> calling(String callback) {
    terminalCallback.calling(callback);
    out().callbackBegins(lease.nonblocking());
    return lease.handler();
  }

  private Next<@Nullable Object> answer(@Nullable Next<@Nullable Object> next) {
    if (next == null) {
      throw new NullPointerException(terminalCallback.callback() + " returned null");
    }
    return next;
  }

  /**
   * Messages and advice leave the deadline where it is, unless data was received meanwhile, or sent
   * where that counts.
   */
  private @Nullable Ending afterAnything(
      Next<@Nullable Object> next, long receivedBefore, long sentBefore) throws Exception {
    if (in.bytes() != receivedBefore) {
      return afterData(next);
    }
    countSent(sentBefore);
    return apply(next);
  }

  /** After handleConnection or handleData: the time they took does not count. */
  private @Nullable Ending afterData(Next<@Nullable Object> next) throws Exception {
    dataCounts();
    return apply(next);
  }

  /** The wait for data begins again. */
  private void dataCounts() {
    long now = context().sweeper.now();
    in.dataAt(now);
    waitUntil = after(now, socket.readTimeout());
  }

  /** A message or advice leaves the deadline where it is, unless its answer moves it. */
  private @Nullable Ending apply(Next<@Nullable Object> next) throws Exception {
    state = next.state();
    if (next instanceof Next.Fail<@Nullable Object> fail) {
      return terminalCallback.because(fail.reason(), false);
    }
    terminalCallback.answered();
    return switch (next) {
      case Next.Proceed<@Nullable Object> proceed -> {
        setWait(proceed.readTimeout());
        yield null;
      }
      case Next.CloseWhenIdle<@Nullable Object> close -> {
        finishing = true;
        in.readable(); // bytes that have arrived are handled first
        yield null;
      }
      case Next.Close<@Nullable Object> close -> new Ending.ByUs();
      case Next.Fail<@Nullable Object> fail -> throw new AssertionError("handled above");
      case Next.SwitchTransport<@Nullable Object> to -> {
        switchTransport(to);
        yield null;
      }
    };
  }

  private void setWait(ReadTimeout wait) {
    switch (wait) {
      case ReadTimeout.AsBefore same -> {}
      case ReadTimeout.Once once -> waitUntil = context().sweeper.in(once.timeout());
      case ReadTimeout.Always always -> {
        socket.readTimeout(always.timeout());
        waitUntil = after(in.lastData(), socket.readTimeout());
      }
    }
  }

  private static long after(long point, Duration timeout) {
    return DeadlineSweeper.countable(timeout) ? point + timeout.toNanos() : NEVER;
  }

  /**
   * Lays another transport over the one in use. Bytes that were read and not taken belong to the
   * new transport. Delivered as they are, they would count as received over it; for an encrypting
   * transport that is an injection (CVE-2011-0411).
   */
  private void switchTransport(Next.SwitchTransport<@Nullable Object> to) throws IOException {
    Transport other = context().transport(to.transport());
    if (other == null) {
      // no IOException, because those are the network's, which nobody is told in the log
      throw new IllegalStateException(
          "cannot switch to transport " + to.transport() + ": there is no such transport");
    }
    if (out().awaitFlushed(ENDING) != 0) {
      throw new ShutdownException(); // or closed: the ending that was raised counts
    }
    TransportSocket before = connection.transport();
    TransportSocket below = Replay.of(in.takeUnread(), before, signals);
    TransportSocket upgraded = Proxied.keep(before, other.over(below, to.options()));
    connection.transport(upgraded);
    socket.switchedTo(to.transport());
    upgraded.start(signals);
    shakeHands(upgraded, to.readTimeout());
  }

  // ---- the end

  /** The ending without a handler: it was asked for, or no handler came in time. */
  private Ending withoutHandler() {
    return lease.inVain() ? new Ending.Unserved() : terminalCallback.asked();
  }

  /**
   * Calls the terminal callback, if there is a handler. An exception of the callback does no harm.
   */
  void end(Ending ending) {
    if ((turn & 1) == 0) {
      turnBegins(); // the last turn, which does not end: no callback comes any more
    }
    socket.ending();
    try {
      terminalCallback.call(ending, lease, socket, state);
    } catch (Throwable thrown) { // but it is reported
      String callback = terminalCallback.callback();
      context().emit(() -> new TelemetryEvent.HandlerThrew(connection.span(), callback, thrown));
    }
    state = null;
  }

  /** From now on no terminal callback begins. Any thread. */
  void abandon() {
    terminalCallback.abandon();
  }
}
