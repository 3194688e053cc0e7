// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.server;

import static io.thousandisland.runtime.signals.Signals.DEADLINE;
import static io.thousandisland.runtime.signals.Signals.HANDLER;
import static io.thousandisland.runtime.signals.Signals.PAUSE;
import static io.thousandisland.runtime.signals.Signals.PERMIT;
import static io.thousandisland.runtime.signals.Signals.RESUME;
import static io.thousandisland.runtime.signals.Signals.STOP;
import static io.thousandisland.runtime.signals.Signals.TURN;

import io.thousandisland.runtime.listening.Accepted;
import io.thousandisland.runtime.listening.ListenSlot;
import io.thousandisland.runtime.listening.Listeners;
import io.thousandisland.runtime.settings.LimitSettings;
import io.thousandisland.runtime.shared.ServerContext;
import io.thousandisland.runtime.signals.Signals;
import io.thousandisland.runtime.supervision.CrashReport;
import io.thousandisland.server.Limit;
import io.thousandisland.telemetry.TelemetryEvent;
import io.thousandisland.transport.ListeningChannel;
import io.thousandisland.transport.OutOfDescriptorsException;
import io.thousandisland.transport.ThreadLender;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One incarnation of an {@link AcceptorWorker}, from a start to the stop, or a crash: it accepts
 * connections and hands them over, one after the other.
 *
 * <pre>
 *   PAUSED ──▶ NO HANDLER ──▶ FULL ──▶ WAITS FOR ITS TURN ──▶ WAITS FOR A PLACE ──▶ accepts one
 *      ▲            ▲           ▲              ▲               AND FOR THE RATE         │
 *      └── pause ───┴── gone ───┴──────────────┴──────── passes the turn on ────────────┘
 * </pre>
 *
 * <p>Each step looks again at the state of things, so no step is skipped when several things
 * change.
 *
 * <p>Before it accepts, the loop makes sure that there is a handler and a place for the connection.
 * So clients that must wait do so in the kernel's backlog. The loop blocks on nothing, and has no
 * thread while it waits. It goes on on the thread where the transport has found a client, so
 * handlers that hold every carrier keep no client from being accepted.
 *
 * <p>Thread: the owner of its signals, except for {@link #halt}, {@link #tell} and {@link #ended}.
 */
final class AcceptLoop implements Signals.Resting {

  private static final Duration DESCRIPTOR_PAUSE = Duration.ofMillis(100);

  /**
   * Failures in a row that clients may cause, say by giving up while they wait. More failures are
   * the system's trouble.
   */
  private static final int FAILURES_AT_ONCE = 16;

  /**
   * The wait before the next try then: an accept that fails does so immediately, and would take a
   * processor.
   */
  private static final Duration FAILURE_PAUSE = Duration.ofMillis(100);

  /**
   * The reasons taken before the loop looks at the state of things: a thread that raises one of
   * them has changed that state first.
   */
  private static final int NEWS = TURN | HANDLER | PERMIT | PAUSE | RESUME | DEADLINE;

  /** There is nothing to wait for. */
  private static final int NOTHING = 0;

  /** The part of its worker that the loop uses. */
  interface Worker {

    /** Not null while the loop is to rest; counted down when it does. */
    @Nullable CountDownLatch pauseAsked();

    /** The loop {@code mine} has ended. */
    void over(AcceptLoop mine);
  }

  private final ServerContext context;
  private final int acceptor;
  private final Listeners listeners;
  private final ConnectionSupervisor connections;
  private final Worker worker;
  private final CrashReport crash;
  private final Signals me;
  private final Consumer<ThreadLender> lent;
  private final CountDownLatch ended = new CountDownLatch(1);

  /** The slot where it waits for its turn, or had the last one. */
  private @Nullable ListenSlot slot;

  /** Not null while it waits for its turn. */
  private ListenSlot.@Nullable Waiter waiter;

  /** The slot where it has the turn; null when it has none. */
  private @Nullable ListenSlot turn;

  /** Whether the last turn brought a connection. */
  private boolean more = true;

  /** Whether it waits for a place. */
  private boolean queued;

  /** Whether it waits, with the turn, because accepting fails. */
  private boolean sittingOut;

  /** Whether it waits, with the turn, for the accept rate. */
  private boolean slowedDown;

  /** Whether its acceptor has as many connections as it may have. */
  private boolean full;

  /** Accepts that failed in a row. */
  private int failures;

  AcceptLoop(
      ServerContext context,
      int acceptor,
      Listeners listeners,
      ConnectionSupervisor connections,
      Worker worker,
      CrashReport crash) {
    this.context = context;
    this.acceptor = acceptor;
    this.listeners = listeners;
    this.connections = connections;
    this.worker = worker;
    this.crash = crash;
    this.me = new Signals(context.sweeper, this);
    this.lent = me::lent;
  }

  /** Tells the loop to end; false when it was told before. Any thread. */
  boolean halt() {
    boolean first = !me.isRaised(STOP);
    me.raise(STOP);
    return first;
  }

  /** Tells the loop that a pause has begun or ended: PAUSE or RESUME. Any thread. */
  void tell(int reason) {
    me.raise(reason);
  }

  /** Counted down when the loop has ended. */
  CountDownLatch ended() {
    return ended;
  }

  @Override
  public String threadName() {
    return context.name() + " acceptor " + acceptor;
  }

  @Override
  public void goOnElsewhere() {
    Thread thread =
        context.workers.newThread(
            () -> {
              me.owner(Thread.currentThread());
              goOn();
            });
    thread.setName(threadName());
    thread.start();
  }

  @Override
  public boolean askForThread() {
    ListeningChannel channel = listeners.channelFor(acceptor);
    return channel != null && channel.askForThread(lent);
  }

  @Override
  public void goOnHere(ThreadLender lender) {
    goOn();
  }

  /** Returns when the loop is over, or rests: then another thread may be in here already. */
  private void goOn() {
    try {
      while (!me.isRaised(STOP)) {
        int unused = me.take(NEWS);
        int wanted = step();
        if (wanted == NOTHING ? me.letOthers(STOP) : me.rest(wanted | STOP)) {
          return;
        }
        me.giveWay();
      }
    } catch (Throwable bug) { // whatever it is, the supervisor counts it
      try {
        crash.crashed(bug);
      } finally {
        end();
      }
      return;
    }
    end();
  }

  private void end() {
    leave();
    worker.over(this);
    me.end();
    ended.countDown();
  }

  /** Goes as far as it can; returns the reasons to wait for. */
  private int step() throws IOException {
    CountDownLatch resting = worker.pauseAsked();
    if (resting != null) {
      leave();
      resting.countDown();
      return RESUME | PAUSE;
    }
    if (context.generations.serving() == null) {
      leave(); // let the client wait in the backlog
      return context.generations.servesOrTell(me) ? NOTHING : HANDLER | PAUSE;
    }
    if (connections.isFull()) { // other acceptors take the client
      if (!full) {
        full = true;
        limitReached(Limit.CONNECTIONS_PER_ACCEPTOR, limits().perAcceptor());
      }
      leave();
      return PERMIT | PAUSE;
    }
    full = false;
    ListenSlot mine = turn == null ? turn() : turn;
    if (mine == null) {
      return TURN | PAUSE;
    }
    if (sittingOut) {
      return sitOut();
    }
    long wait = context.admission.tryTakeRate();
    if (wait > 0 && !rejecting()) {
      return slowDown(wait);
    }
    if (slowedDown) {
      slowedDown = false;
      me.deadline(Signals.NEVER);
    }
    Limit refused = wait > 0 ? Limit.RATE : hasPlace() ? null : Limit.CONNECTIONS;
    if (refused == Limit.CONNECTIONS && !rejecting()) {
      context.admission.giveRateBack();
      // A thread that makes the loop reject, or frees a place, does so first, and then tells the
      // queued loops.
      return PERMIT | PAUSE;
    }
    leavePermits();
    accept(mine, refused);
    return NOTHING;
  }

  /** Waits, with the turn, until the rate lets one more client in. */
  private int slowDown(long nanos) {
    if (!slowedDown) {
      slowedDown = true;
      limitReached(Limit.RATE, limits().acceptRate());
    }
    me.deadline(context.sweeper.now() + nanos);
    return DEADLINE | PERMIT | PAUSE;
  }

  // ---- the turn

  private @Nullable ListenSlot turn() {
    ListenSlot at = slot;
    ListenSlot.Waiter place = waiter;
    if (at == null || place == null) {
      at = listeners.slotFor(acceptor);
      place = at.queue(me, !more);
      slot = at;
      waiter = place;
    }
    turn = at.turnOf(place);
    if (turn != null) {
      waiter = null;
    }
    return turn;
  }

  private void pass(boolean more) {
    ListenSlot mine = turn;
    if (mine != null) {
      turn = null;
      this.more = more;
      mine.pass(more);
    }
  }

  /** Ends all waits, and gives up what other loops wait for. */
  private void leave() {
    context.generations.forget(me);
    leavePermits();
    sittingOut = false;
    slowedDown = false;
    me.deadline(Signals.NEVER);
    pass(true);
    ListenSlot at = slot;
    if (at != null) {
      ListenSlot.Waiter place = waiter;
      if (place == null) {
        at.leave(me);
      } else {
        waiter = null;
        at.leave(place);
      }
    }
  }

  // ---- a place

  private boolean hasPlace() {
    if (!queued && context.admission.permits.tryAcquire()) {
      return true;
    }
    if (!queued && !rejecting()) {
      limitReached(Limit.CONNECTIONS, limits().maxConnections());
      queued = true;
    }
    boolean placed = queued && context.admission.permits.acquireOr(me);
    queued &= !placed;
    return placed;
  }

  private void leavePermits() {
    if (queued) {
      queued = false;
      context.admission.permits.leave(me);
    }
  }

  // ---- with the turn

  /**
   * @param refused the limit because of which a client is refused; null when a permit is held for
   *     it
   */
  private void accept(ListenSlot at, @Nullable Limit refused) {
    Accepted accepted = null;
    boolean another = true;
    ListeningChannel channel = at.channel();
    try {
      accepted = at.accept();
      another = accepted != null;
      failures = 0;
    } catch (ClosedChannelException normal) {
      another = false;
      if (channel != null) {
        me.keepThread(); // it may have to wait while another channel is opened
        listeners.lost(at, channel);
      }
    } catch (OutOfDescriptorsException e) {
      context.emit(
          () -> new TelemetryEvent.AcceptPaused(context.name(), acceptor, e, DESCRIPTOR_PAUSE));
      beginToSitOut(DESCRIPTOR_PAUSE);
    } catch (IOException e) { // one client's trouble, unless it goes on
      context.emit(() -> new TelemetryEvent.AcceptFailed(context.name(), acceptor, e));
      if (++failures > FAILURES_AT_ONCE) {
        beginToSitOut(FAILURE_PAUSE);
      }
    } finally {
      handOver(accepted, refused);
    }
    if (!sittingOut) {
      pass(another);
    }
  }

  private void beginToSitOut(Duration pause) {
    sittingOut = true;
    me.deadline(context.sweeper.in(pause));
  }

  private int sitOut() {
    if (!me.due()) {
      return DEADLINE | PAUSE;
    }
    sittingOut = false;
    me.deadline(Signals.NEVER);
    pass(true);
    return NOTHING;
  }

  private LimitSettings limits() {
    return context.settings().limits();
  }

  private boolean rejecting() {
    return limits().whenReached() == LimitSettings.WhenReached.REJECT;
  }

  private void handOver(@Nullable Accepted accepted, @Nullable Limit refused) {
    boolean admitted = false;
    try {
      if (accepted != null && refused == null) {
        admitted = connections.admit(accepted);
      } else if (accepted != null && refused != null) {
        connections.refuse(accepted.bare(), refused);
      }
    } finally {
      if (!admitted) {
        giveBack(refused);
      }
    }
  }

  /** Gives back what was taken for a client that did not come, or was refused. */
  private void giveBack(@Nullable Limit refused) {
    if (refused != Limit.RATE) {
      context.admission.giveRateBack();
    }
    if (refused == null) {
      context.admission.permits.release();
    }
  }

  private void limitReached(Limit limit, int value) {
    context.emit(() -> new TelemetryEvent.LimitReached(context.name(), acceptor, limit, value));
  }
}
