package io.thousandisland.runtime.server;

import static io.thousandisland.runtime.server.Signals.DEADLINE;
import static io.thousandisland.runtime.server.Signals.PAUSE;
import static io.thousandisland.runtime.server.Signals.PERMIT;
import static io.thousandisland.runtime.server.Signals.RESUME;
import static io.thousandisland.runtime.server.Signals.STOP;

import io.thousandisland.runtime.supervision.Crash;
import io.thousandisland.runtime.supervision.Node;
import io.thousandisland.telemetry.TelemetryEvent;
import io.thousandisland.transport.ListeningChannel;
import io.thousandisland.transport.OutOfDescriptorsException;
import io.thousandisland.transport.TransportSocket;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/**
 * Accepts connections and hands them over, one after the other.
 *
 * <p>Before it accepts it makes sure that there is a handler for the connection and a place to put
 * it, so that clients who must wait do so in the kernel's backlog. It is stopped by a signal, never
 * by an interrupt: that would close the channel it shares with others. It blocks on nothing but its
 * signals; who waits for it does so promptly, and does not wait when handlers hold every carrier.
 *
 * <p>Thread: the loop runs on a virtual thread of its own; start, stop, pause and resume by the
 * supervisor's or the server's.
 */
final class AcceptorWorker implements Node {

  private static final Duration DESCRIPTOR_PAUSE = Duration.ofMillis(100);

  /** Clients that gave up while they waited, say; more in a row are the system's trouble. */
  private static final int FAILURES_AT_ONCE = 16;

  /** How long the next try waits then: what fails does so at once, and would take a processor. */
  private static final Duration FAILURE_PAUSE = Duration.ofMillis(100);

  private final ServerContext context;
  private final int acceptor;
  private final Listener listener;
  private final ConnectionSupervisor connections;

  /** Accepts that failed in a row. The loop's own. */
  private int failures;

  /** The running incarnation; guarded by this. */
  private @Nullable Signals signals;

  /** The running incarnation's; guarded by this. */
  private @Nullable Thread thread;

  /** When the halted incarnation is waited for no longer; guarded by this. */
  private long endBy;

  /** How many want it paused; guarded by this. */
  private int pauses;

  /** Not null while paused; counted down when the loop has come to rest. Read by the loop. */
  private volatile @Nullable CountDownLatch pause;

  AcceptorWorker(
      ServerContext context, int acceptor, Listener listener, ConnectionSupervisor connections) {
    this.context = context;
    this.acceptor = acceptor;
    this.listener = listener;
    this.connections = connections;
  }

  @Override
  public String name() {
    return "worker";
  }

  @Override
  public synchronized void start(Crash crash) {
    var mine = new Signals(context.sweeper);
    Thread loop =
        context.workers.newThread(
            () -> {
              try {
                work(mine);
              } catch (Throwable bug) { // whatever it is, the supervisor counts it
                crash.crashed(bug);
              } finally {
                listener.slotFor(acceptor).leave(mine);
                over(mine);
              }
            });
    loop.setName(context.name() + " acceptor " + acceptor);
    mine.owner(loop);
    signals = mine;
    thread = loop;
    loop.start();
  }

  /** The loop of {@code mine} has ended. Another one that has begun since rests by itself. */
  private synchronized void over(Signals mine) {
    CountDownLatch resting = pause;
    if (resting != null && (signals == null || signals == mine)) {
      resting.countDown();
    }
  }

  /** Tells the loop to end, and does not wait for it. */
  synchronized void halt() {
    if (signals != null && !signals.isRaised(STOP)) {
      signals.raise(STOP);
      endBy = Joins.in(Joins.PROMPT);
    }
  }

  @Override
  public void stop() {
    Thread loop;
    long deadline;
    synchronized (this) {
      halt();
      loop = thread;
      deadline = endBy;
      signals = null;
      thread = null;
    }
    if (loop != null) {
      boolean unused = Joins.joinUntil(loop, deadline);
    }
  }

  /**
   * Accepts nothing until there were as many calls of {@link #resume}.
   *
   * @return counted down when the connection in hand is handed over
   */
  synchronized CountDownLatch pause() {
    CountDownLatch resting = pause;
    if (resting == null) { // else it rests already, or is about to
      resting = new CountDownLatch(1);
      pause = resting;
    }
    pauses++;
    if (signals == null) {
      resting.countDown(); // not running: the next incarnation begins paused
    } else {
      signals.raise(PAUSE);
    }
    return resting;
  }

  synchronized void resume() {
    pauses--;
    if (pauses > 0) {
      return;
    }
    pause = null;
    if (signals != null) {
      signals.raise(RESUME);
    }
  }

  private void work(Signals me) throws IOException {
    boolean more = true;
    while (true) {
      rest(me);
      if (me.isRaised(STOP)) {
        return;
      }
      if (context.handlers.await(me, STOP | PAUSE) != 0) {
        continue;
      }
      ListenSlot slot = listener.slotFor(acceptor).awaitTurn(me, !more, STOP | PAUSE);
      if (slot == null) {
        continue;
      }
      more = true;
      try {
        more = acceptOne(me, slot);
      } finally {
        slot.pass(more);
      }
      me.giveWay();
    }
  }

  /** Sits out a pause. */
  private void rest(Signals me) {
    for (CountDownLatch resting = pause; resting != null; resting = pause) {
      resting.countDown();
      if ((me.await(RESUME | PAUSE | STOP) & STOP) != 0) {
        return;
      }
    }
  }

  /** With the turn: takes one connection. True when another one may be waiting. */
  private boolean acceptOne(Signals me, ListenSlot slot) throws IOException {
    if (context.handlers.serving() == null) {
      return true; // it left while we waited: let the client wait in the backlog
    }
    boolean permitted = context.permits.tryAcquire();
    if (!permitted && !rejecting()) {
      limitReached(false);
      if (!awaitPermit(me)) {
        return true;
      }
      permitted = true;
    }
    TransportSocket accepted = null;
    ListeningChannel channel = slot.channel();
    try {
      accepted = slot.accept();
      failures = 0;
      return accepted != null;
    } catch (ClosedChannelException normal) {
      if (channel != null) {
        listener.lost(slot, channel);
      }
      return false;
    } catch (OutOfDescriptorsException e) {
      context.emit(
          () -> new TelemetryEvent.AcceptPaused(context.name(), acceptor, e, DESCRIPTOR_PAUSE));
      sitOut(me, DESCRIPTOR_PAUSE);
      return true;
    } catch (IOException e) { // one client's trouble, unless it goes on
      context.emit(() -> new TelemetryEvent.AcceptFailed(context.name(), acceptor, e));
      if (++failures > FAILURES_AT_ONCE) {
        sitOut(me, FAILURE_PAUSE);
      }
      return true;
    } finally {
      handOver(accepted, permitted);
    }
  }

  private boolean rejecting() {
    return context.settings().limits().whenReached() == LimitSettings.WhenReached.REJECT;
  }

  private void handOver(@Nullable TransportSocket accepted, boolean permitted) {
    if (accepted == null) {
      if (permitted) {
        context.permits.release();
      }
    } else if (permitted) {
      connections.start(accepted);
    } else {
      limitReached(true);
      refuse(accepted);
    }
  }

  private void refuse(TransportSocket accepted) {
    try {
      accepted.close();
    } catch (IOException e) { // still one client's trouble
      context.emit(() -> new TelemetryEvent.AcceptFailed(context.name(), acceptor, e));
    }
  }

  /** False when stopped or paused first, or when who finds no place is rejected from now on. */
  private boolean awaitPermit(Signals me) {
    while (!context.permits.acquireOr(me)) {
      // Looked at after queueing: who makes it reject tells those in the queue, or is seen here.
      if (rejecting() || (me.await(PERMIT | STOP | PAUSE) & (STOP | PAUSE)) != 0) {
        context.permits.leave(me);
        return false;
      }
    }
    return true;
  }

  private void sitOut(Signals me, Duration pause) {
    me.deadline(context.sweeper.in(pause));
    me.await(DEADLINE | STOP);
    me.deadline(Signals.NEVER);
  }

  private void limitReached(boolean rejected) {
    context.emit(
        () ->
            new TelemetryEvent.LimitReached(
                context.name(), acceptor, context.permits.limit(), rejected));
  }
}
