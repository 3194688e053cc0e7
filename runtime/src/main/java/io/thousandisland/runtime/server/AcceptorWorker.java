// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.server;

import static io.thousandisland.runtime.signals.Signals.PAUSE;
import static io.thousandisland.runtime.signals.Signals.PERMIT;
import static io.thousandisland.runtime.signals.Signals.RESUME;

import io.thousandisland.runtime.listening.Listeners;
import io.thousandisland.runtime.shared.ServerContext;
import io.thousandisland.runtime.signals.Uninterruptibly;
import io.thousandisland.runtime.supervision.CrashReport;
import io.thousandisland.runtime.supervision.Node;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/**
 * The part of an acceptor that accepts, as its supervisor and its server see it: an {@link
 * AcceptLoop} that they start, stop and pause.
 *
 * <p>The loop is stopped by a signal, never by an interrupt: an interrupt would close the channel
 * that it shares with other loops.
 *
 * <p>Thread: the supervisor's and the server's; the loop's own for the methods that the loop calls.
 */
final class AcceptorWorker implements Node, AcceptLoop.Worker {

  private final ServerContext context;
  private final int acceptor;
  private final Listeners listeners;
  private final ConnectionSupervisor connections;

  /** The running incarnation; guarded by this. */
  private @Nullable AcceptLoop loop;

  /** The end of the wait for the halted incarnation; guarded by this. */
  private long endBy;

  /** The number of pauses in force; guarded by this. */
  private int pauses;

  /** Not null while paused; counted down when the loop has come to rest. Read by the loop. */
  private volatile @Nullable CountDownLatch pause;

  AcceptorWorker(
      ServerContext context, int acceptor, Listeners listeners, ConnectionSupervisor connections) {
    this.context = context;
    this.acceptor = acceptor;
    this.listeners = listeners;
    this.connections = connections;
  }

  @Override
  public String name() {
    return "worker";
  }

  @Override
  public synchronized void start(CrashReport crash) {
    var mine = new AcceptLoop(context, acceptor, listeners, connections, this, crash);
    mine.goOnElsewhere();
    loop = mine; // now that it has a thread, which can be waited for
  }

  @Override
  public @Nullable CountDownLatch pauseAsked() {
    return pause;
  }

  /** {@inheritDoc} A loop that has begun since then rests by itself. */
  @Override
  public synchronized void over(AcceptLoop mine) {
    CountDownLatch resting = pause;
    if (resting != null && (loop == null || loop == mine)) {
      resting.countDown();
    }
  }

  /** Tells the loop to end, and does not wait for it. */
  synchronized void halt() {
    if (loop != null && loop.halt()) {
      endBy = Uninterruptibly.in(Uninterruptibly.PROMPT);
    }
  }

  @Override
  public void stop() {
    AcceptLoop mine;
    long deadline;
    synchronized (this) {
      halt();
      mine = loop;
      deadline = endBy;
      loop = null;
    }
    if (mine != null) {
      boolean unused = Uninterruptibly.awaitAll(List.of(mine.ended()), deadline);
    }
  }

  /**
   * Accepts nothing until {@link #resume} was called as often as this.
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
    if (loop == null) {
      resting.countDown(); // not running: the next incarnation begins paused
    } else {
      loop.tell(PAUSE);
    }
    return resting;
  }

  /** There may be a place, or a limit may have changed. */
  synchronized void lookForPlace() {
    if (loop != null) {
      loop.tell(PERMIT);
    }
  }

  synchronized void resume() {
    pauses--;
    if (pauses > 0) {
      return;
    }
    pause = null;
    if (loop != null) {
      loop.tell(RESUME);
    }
  }
}
