// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.connection;

import static io.thousandisland.runtime.signals.Signals.DRAIN;
import static io.thousandisland.runtime.signals.Signals.FORCED;
import static io.thousandisland.runtime.signals.Signals.MIGRATE;
import static io.thousandisland.runtime.signals.Signals.READABLE;
import static io.thousandisland.runtime.signals.Signals.RETIRE;
import static io.thousandisland.runtime.signals.Signals.SHUTDOWN;
import static io.thousandisland.runtime.signals.Signals.WRITABLE;

import io.thousandisland.handler.SocketRef;
import io.thousandisland.runtime.admission.Seat;
import io.thousandisland.runtime.handlers.ContextLoader;
import io.thousandisland.runtime.handlers.Generation;
import io.thousandisland.runtime.shared.ServerContext;
import io.thousandisland.runtime.signals.Signals;
import io.thousandisland.runtime.signals.Uninterruptibly;
import io.thousandisland.runtime.wire.HeaderWait;
import io.thousandisland.runtime.wire.Inbound;
import io.thousandisland.server.Cidr;
import io.thousandisland.server.ConnectionInfo;
import io.thousandisland.server.Limit;
import io.thousandisland.telemetry.Detail;
import io.thousandisland.telemetry.Ending;
import io.thousandisland.telemetry.Span;
import io.thousandisland.telemetry.TelemetryEvent;
import io.thousandisland.transport.ThreadLender;
import io.thousandisland.transport.TransportSocket;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One accepted connection, from the accept to its one terminal callback.
 *
 * <pre>
 *   begin → [converse → rest]* → terminal callback → [farewell → rest]* → close
 * </pre>
 *
 * <p>Thread: all of that runs on the owner of the connection's signals, a virtual thread of its
 * own. If the handler promised not to block, the owner is a thread that the transport lends, and
 * the connection rests in between; then it has a thread of its own only when it leaves a handler,
 * or when no thread can be lent. Any thread may call {@link #drain}, {@link #retire}, {@link
 * #migrate}, {@link #shutdown}, {@link #force}, {@link #abandon} and read the facts.
 */
public final class Connection implements Signals.Resting, Host {

  /** The set of live connections; drains wait for its members. */
  public interface Registry {

    /** The number of the acceptor whose connections these are. */
    int acceptor();

    /** Drains wait for the connection no more. Called by a drain. */
    void abandoned(Connection connection);

    /**
     * The client of a connection is known, which began with a header of a proxy or was allowed to.
     * The connection is counted from now on. Its own thread.
     *
     * @param check whether the connection is the proxy's own, and takes no place
     * @return null when it is admitted; else the limit because of which it ends
     */
    @Nullable Limit introduced(Connection connection, boolean check);

    /**
     * The connection ends before it had a handler, because of the header that it began with, or did
     * not begin with. Its own thread.
     *
     * @param reason null when its peer has gone and there is nothing to tell
     */
    void strayed(Connection connection, @Nullable String reason);

    /**
     * The connection has ended for its handler, and all sent bytes are on their way. Its own
     * thread.
     */
    void ended(Connection connection);

    /** The connection's socket is closed: its place is free. Its own thread. */
    void closed(Connection connection);
  }

  /** How the conversation ended, and how long it lasted. */
  private record Ended(Ending how, Duration lasted) {
    /** The value when there is no memory to say more. */
    static final Ended BY_FORCE = new Ended(new Ending.Forced(), Duration.ZERO);

    /** The value when there was no conversation: of this end nobody is told. */
    static final Ended UNTOLD = new Ended(new Ending.Unserved(), Duration.ZERO);
  }

  private final ServerContext context;
  private final Registry registry;
  private final Seat seat;
  private final long id;

  /** In milliseconds since 1970; an {@link Instant} is made on request. */
  private final long started = System.currentTimeMillis();

  private final Signals signals;
  private final Inbound in;
  private final ConnectionSocket socket;
  private final Lease lease;
  private final Conversation conversation;

  /** Null while the conversation lasts, and when there is no memory for it. The own thread's. */
  private @Nullable Farewell farewell;

  /** When it was accepted, in the sweeper's time. */
  private final long began;

  /** Whether the conversation has begun. The own thread's. */
  private boolean begun;

  /** Null while the conversation lasts. Written by the own thread; read by the reaper. */
  private volatile @Nullable Ended ended;

  /** Whether it has left the live set. The own thread's. */
  private boolean left;

  /** Guarded by this. */
  private boolean over;

  /** See {@link #label()}. Written by the own thread; read by threads that list or force. */
  private volatile String label = "";

  /** Written by drains of the server or the acceptor. */
  private volatile boolean draining;

  /** Written by the own thread when it switches; read by any thread that closes. */
  private volatile TransportSocket transport;

  /**
   * The generation that the handler is advised for. Written by drains, and by the own thread when
   * it cannot leave; the own thread compares it with its generation.
   */
  private volatile @Nullable Generation retiring;

  /**
   * The generation to be left though other connections stay in it. Written by a drain; read by the
   * own thread.
   */
  private volatile @Nullable Generation leftAhead;

  /** True when no drain waits for it any more. Written by a drain; read by drains. */
  private volatile boolean abandoned;

  /** Null until the reaper looks. Written by the reaper; the own thread reads its verdict. */
  private volatile @Nullable Pace pace;

  /** The last generation that the handler was advised for; the own thread's. */
  private @Nullable Generation advisedFor;

  /** The own thread's; a close by force on another thread may make a second span. */
  private @Nullable Span span;

  /**
   * @param registry told of the end
   * @param seat the places it takes until its socket is closed
   */
  public Connection(
      ServerContext context, Registry registry, TransportSocket transport, Seat seat) {
    this.context = context;
    this.registry = registry;
    this.seat = seat;
    this.transport = transport;
    this.id = context.ids.incrementAndGet();
    this.began = context.sweeper.now();
    this.signals = new Signals(context.sweeper, this);
    this.in = new Inbound(this);
    this.socket = new ConnectionSocket(this, signals, in);
    this.lease = new Lease(context, signals, socket.out());
    this.conversation = new Conversation(this, signals, in, socket, lease);
  }

  /** Begins, on a thread of its own or on a thread that the transport lends. */
  public void start() {
    transport.start(signals);
    if (!signals.beginLent()) {
      goOnElsewhere();
    }
  }

  @Override
  public boolean askForThread() {
    return takesThread() && !signals.isRaised(Signals.MIGRATE) && transport.askForThread();
  }

  /**
   * Whether its handler has promised not to block; before it has a handler, whether the next one
   * has.
   */
  @Override
  public boolean takesThread() {
    Generation mine = lease.generation();
    Generation asked = mine == null ? context.generations.serving() : mine;
    return asked != null && asked.facts().nonblocking();
  }

  /**
   * Goes on on a thread that inherits nothing: otherwise objects that the shell or a bundle left on
   * the thread that raised, or accepted, would be kept.
   */
  @Override
  public void goOnElsewhere() {
    Thread unused =
        Thread.ofVirtual()
            .inheritInheritableThreadLocals(false)
            .name(threadName())
            .start(new Task(this));
  }

  /**
   * The task of a thread of a connection's own. It forgets the connection when it begins, because
   * other code may keep the thread: a handler, or Felix 7.0.5, whose class loaders never let go of
   * a thread when two threads load the same class. An ended thread then keeps neither the
   * connection nor the classes of its transport.
   */
  private static final class Task implements Runnable {
    /** Null once the task has begun. Written by the thread that makes the task, then by its own. */
    private @Nullable Connection connection;

    Task(Connection connection) {
      this.connection = connection;
    }

    @Override
    public void run() {
      Connection mine = connection;
      connection = null;
      if (mine != null) {
        mine.signals.owner(Thread.currentThread());
        mine.goOn();
      }
    }
  }

  @Override
  public void goOnHere(ThreadLender lender) {
    context.lentThreads.add(lender);
    ClassLoader before = ContextLoader.current();
    try {
      goOn();
    } finally {
      ContextLoader.restore(before);
    }
  }

  /** Returns when the connection is over, or rests: then another thread may be in here already. */
  private void goOn() {
    if (ended == null && !converse()) {
      return;
    }
    if (!sayFarewell()) {
      return;
    }
    for (EndStep step : EndStep.ALL) {
      try {
        step.run(this);
      } catch (Throwable thrown) { // the steps after this one run in any case
        trouble(thrown);
      }
    }
  }

  /** True when the conversation has ended. */
  private boolean converse() {
    Ending how;
    try {
      if (!begun && transport instanceof HeaderWait wait) {
        switch (new Introduction(this, registry, signals).by(wait)) {
          case MADE -> {}
          case ELSEWHERE -> { // touch nothing: another thread may be in here already
            return false;
          }
          case REFUSED -> {
            return true;
          }
        }
      }
      how = begun ? null : begin();
      if (how == null) {
        how = conversation.goOn();
      }
      if (how == null) {
        return false;
      }
      conversation.end(how);
    } catch (Throwable bug) { // ours or the transport's: ends this connection, and is reported
      how = failed(bug);
    }
    ended = ended(how);
    leaveHandler();
    beginFarewell(how);
    return true;
  }

  private static Ending failed(Throwable bug) {
    try {
      return new Ending.Failed(bug, true, "");
    } catch (OutOfMemoryError noMemory) { // not even for that
      return Ended.BY_FORCE.how;
    }
  }

  private Ended ended(Ending how) {
    try {
      return new Ended(how, Duration.ofNanos(context.sweeper.now() - began));
    } catch (OutOfMemoryError noMemory) {
      return Ended.BY_FORCE;
    }
  }

  /** The client is known; from now on {@code its} is the connection's transport. */
  void known(TransportSocket its) {
    transport = its;
    span = null;
  }

  /** The transport has laid {@code upper} over the client's bytes, or added nothing to them. */
  void goesOver(TransportSocket upper) {
    if (upper != transport) {
      transport = upper;
      upper.start(signals);
    }
  }

  /** Ends without a conversation, and so without an event of its end. */
  void endUntold() {
    ended = Ended.UNTOLD;
    leaveHandler();
  }

  private @Nullable Ending begin() {
    begun = true;
    emit(() -> new TelemetryEvent.ConnectionStarted(span()));
    return conversation.begin();
  }

  /**
   * Leaves the handler after its last callback: it may go, whatever the peer is still to receive.
   */
  private void leaveHandler() {
    try {
      socket.end();
    } catch (Throwable thrown) {
      trouble(thrown);
    }
    try {
      lease.end();
    } catch (Throwable thrown) {
      trouble(thrown);
    }
  }

  private void beginFarewell(Ending how) {
    try {
      farewell = new Farewell(context, signals, in, socket.out(), how);
    } catch (Throwable noMemory) { // closes at once then
      trouble(noMemory);
    }
  }

  /** False when the connection rests, and another thread may go on here. */
  private boolean sayFarewell() {
    Farewell last = farewell;
    try {
      while (last != null) {
        int reasons = last.goOn();
        if (last.phase() != Farewell.Phase.FLUSHING) {
          leaveTheLiving();
        }
        if (reasons == 0) {
          return true;
        }
        signals.giveWay();
        signals.deadline(last.deadline());
        if (signals.letOthers(reasons & ~(READABLE | WRITABLE)) || signals.rest(reasons)) {
          return false;
        }
        int unused = signals.take(reasons);
      }
    } catch (Throwable thrown) {
      trouble(thrown);
    }
    return true;
  }

  /** The steps that end a connection, in this order. */
  private enum EndStep {
    LEAVE_THE_LIVING {
      @Override
      void run(Connection connection) {
        connection.leaveTheLiving();
      }
    },
    CLOSE_THE_SOCKET {
      @Override
      void run(Connection connection) {
        connection.closeTransport();
      }
    },
    GIVE_MEMORY_BACK {
      @Override
      void run(Connection connection) {
        connection.in.end();
        connection.socket.out().end();
        if (connection.transport instanceof HeaderWait wait) {
          wait.end();
        }
      }
    },
    FREE_THE_PLACE {
      @Override
      void run(Connection connection) {
        connection.registry.closed(connection);
      }
    },
    FORGET_THE_THREAD {
      @Override
      void run(Connection connection) {
        connection.signals.end();
      }
    };

    private static final EndStep[] ALL = values();

    abstract void run(Connection connection);
  }

  /** Leaves the set of connections that drains wait for. Only once. */
  private void leaveTheLiving() {
    if (left) {
      return;
    }
    left = true;
    Ended last = ended == null ? Ended.BY_FORCE : ended;
    try {
      if (last != Ended.UNTOLD) {
        tellEnd(last);
      }
    } finally {
      try {
        registry.ended(this);
      } finally {
        synchronized (this) {
          over = true;
          notifyAll();
        }
      }
    }
  }

  private void tellEnd(Ended last) {
    boolean trouble = last.how instanceof Ending.Failed failed && failed.thrown();
    context.emit(
        trouble ? Detail.SERVERS : Detail.CONNECTIONS,
        () ->
            new TelemetryEvent.ConnectionStopped(span(), last.how, socket.counters(), last.lasted));
  }

  /** Reports an exception that must not happen, and that ends nothing. */
  private void trouble(Throwable thrown) {
    try {
      context.emit(() -> new TelemetryEvent.HandlerThrew(span(), "", thrown));
    } catch (Throwable again) {
      // no memory to say so
    }
  }

  @Override
  public void ready(Duration handshake) {
    emit(() -> new TelemetryEvent.ConnectionReady(span(), generationNumber(), handshake));
  }

  @Override
  public boolean isAdviceDue(boolean drains) {
    Generation now = lease.generation();
    boolean due = (drains || retiring == now) && advisedFor != now;
    if (due) {
      advisedFor = now;
    }
    return due;
  }

  @Override
  public void moved() {
    if (draining) {
      signals.raise(DRAIN);
    }
  }

  @Override
  public void transport(TransportSocket upgraded) {
    transport = upgraded;
  }

  @Override
  public void closeTransport() {
    try {
      transport.close();
    } catch (IOException e) { // it is out of use all the same
      emit(() -> new TelemetryEvent.ReceiveFailed(span(), e));
    }
  }

  // ---- any thread

  /** Advises the handler to finish. */
  public void drain() {
    draining = true;
    signals.raise(DRAIN);
  }

  @Override
  public void retire(Generation ending) {
    retiring = ending;
    signals.raise(RETIRE);
  }

  /** Makes a send that waits for its peer leave the unsent bytes to the connection, and return. */
  public void handOver() {
    signals.raise(Signals.HAND_OVER);
  }

  /** Asks the connection to leave its generation, if that is closed, for the next one. */
  public void migrate() {
    signals.raise(MIGRATE);
  }

  /**
   * Asks the connection to leave {@code open} at its next boundary, though other connections stay
   * in it.
   */
  public void leaveAhead(Generation open) {
    leftAhead = open;
    signals.raise(MIGRATE);
  }

  @Override
  public boolean leavesAhead(@Nullable Generation one) {
    return one != null && leftAhead == one;
  }

  /**
   * A number: odd while the connection does something, and even while it waits for something to do.
   * It changes each time. It is only a hint: it may be a moment old.
   */
  public int turn() {
    return conversation.turn();
  }

  /** True when it was asked to leave {@code one} and could not: then it is to be drained. */
  public boolean hasDeclined(Generation one) {
    return conversation.hasDeclined(one);
  }

  /** True when {@code thread} runs the connection now. */
  public boolean runsOn(Thread thread) {
    return signals.isOwnedBy(thread);
  }

  @Override
  public boolean draining() {
    Generation asked = retiring;
    return draining || (asked != null && asked == lease.generation());
  }

  /** Ends the conversation at the next callback boundary, or in the receive it waits in. */
  public void shutdown() {
    signals.raise(SHUTDOWN);
  }

  @Override
  public void force() {
    signals.raise(FORCED);
    closeTransport();
    synchronized (this) {
      // After FORCED a connection never rests. So until `over` its owner runs nothing but this
      // connection, even on a lent thread: interrupting it is safe.
      if (!over) {
        signals.interrupt();
      }
    }
  }

  /**
   * Gives up on a connection whose thread ignores force: no terminal callback begins any more, and
   * no drain waits for it again. The connection's place is free when it does end.
   */
  public void abandon() {
    abandoned = true;
    conversation.abandon();
    registry.abandoned(this);
  }

  /**
   * Gives up on a connection whose own thread waits for its drain: it ends when its callback
   * returns, without another callback.
   */
  public void disown() {
    signals.raise(SHUTDOWN);
    abandon();
  }

  /** True when the connection is over by {@code deadline}, a {@link System#nanoTime}. */
  public synchronized boolean awaitOver(long deadline) {
    return Uninterruptibly.awaitUntil(this, () -> over, deadline);
  }

  // ---- the reaper

  /** Has the reaper look at the connection. The reaper's thread only. */
  public void look(Pace.Look look) {
    Pace mine = pace;
    if (mine == null) {
      mine = new Pace(this, signals, in, socket.out());
      pace = mine;
    }
    mine.look(look);
  }

  @Override
  public @Nullable Ending verdict() {
    Pace mine = pace;
    return mine == null ? null : mine.verdict();
  }

  @Override
  public Signals signals() {
    return signals;
  }

  /** When it was accepted, in the sweeper's time. */
  long began() {
    return began;
  }

  /** As {@link Conversation#readySince}. */
  long readySince() {
    return conversation.readySince();
  }

  /** True when the conversation has ended, and the connection says farewell to its peer. */
  boolean saysFarewell() {
    return ended != null;
  }

  /** True when no drain need wait for it any more. */
  boolean isOver() {
    return awaitOver(System.nanoTime());
  }

  @Override
  public String threadName() {
    return context.name() + " connection " + id + (label.isEmpty() ? "" : " " + label);
  }

  @Override
  public String label() {
    return label;
  }

  @Override
  public void label(String text) {
    label = text;
    span = null;
    if (!signals.isLent()) { // a lent thread bears its poller's name
      Thread.currentThread().setName(threadName());
    }
  }

  @Override
  public long id() {
    return id;
  }

  /** A handle on it. */
  public SocketRef ref() {
    return socket.mailbox();
  }

  /** The places that it takes. */
  public Seat seat() {
    return seat;
  }

  @Override
  public void uncount() {
    seat.free();
  }

  @Override
  public ServerContext context() {
    return context;
  }

  @Override
  public Instant started() {
    return Instant.ofEpochMilli(started);
  }

  @Override
  public TransportSocket transport() {
    return transport;
  }

  /** Whether its peer's address is in {@code block}. */
  public boolean isOf(Cidr block) {
    return transport.remoteAddress() instanceof InetSocketAddress at
        && at.getAddress() != null
        && block.contains(at.getAddress());
  }

  /** True while the connection has no handler, and waits for one. */
  public boolean waitsForHandler() {
    return !abandoned && lease.waits() && !isUnknown();
  }

  /** True while it waits for a proxy's header: its client is not known yet. */
  public boolean isUnknown() {
    return transport instanceof HeaderWait;
  }

  /** True while a callback of {@code one} may run here. */
  public boolean isIn(Generation one) {
    return !abandoned && lease.isIn(one);
  }

  /** As {@link #isIn}; true also when the connection ended there. */
  public boolean wasIn(Generation one) {
    return lease.wasIn(one);
  }

  private int generationNumber() {
    Generation mine = lease.generation();
    return mine == null ? 0 : mine.number();
  }

  /** True while a callback works, and waits for nothing of the connection's. */
  private boolean isBusy() {
    return (turn() & 1) != 0 && !signals.waits();
  }

  public ConnectionInfo info() {
    long now = context.sweeper.now();
    boolean busy = isBusy();
    long deadline = busy ? Signals.NEVER : signals.deadline(); // else that of the last wait
    return new ConnectionInfo(
        id,
        registry.acceptor(),
        generationNumber(),
        transport.remoteAddress(),
        transport.localAddress(),
        socket.counters(),
        started(),
        label,
        busy ? Duration.ZERO : Duration.ofNanos(Math.max(0, now - Math.max(began, in.lastData()))),
        in.unreadSeen(),
        socket.out().unsentSeen(),
        deadline == Signals.NEVER
            ? Optional.empty()
            : Optional.of(Duration.ofNanos(deadline - now)),
        seat.isTaken());
  }

  // ---- telemetry, on the own thread except for close()

  @Override
  public boolean traffic() {
    return context.telemetry.on(Detail.TRAFFIC);
  }

  @Override
  public void emit(Supplier<TelemetryEvent> event) {
    context.emit(Detail.CONNECTIONS, event);
  }

  @Override
  public void emit(TelemetryEvent event) {
    context.telemetry.emit(event);
  }

  @Override
  public Span span() {
    Span mine = span;
    if (mine == null) {
      mine = new Span(context.name(), registry.acceptor(), id, transport.remoteAddress(), label);
      span = mine;
    }
    return mine;
  }
}
