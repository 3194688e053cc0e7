// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.connection;

import static io.thousandisland.runtime.signals.Signals.DEADLINE;
import static io.thousandisland.runtime.signals.Signals.ENDING;
import static io.thousandisland.runtime.signals.Signals.NEVER;

import io.thousandisland.handler.Handler;
import io.thousandisland.runtime.handlers.ContextLoader;
import io.thousandisland.runtime.handlers.Generation;
import io.thousandisland.runtime.shared.ServerContext;
import io.thousandisland.runtime.signals.DeadlineSweeper;
import io.thousandisland.runtime.signals.Signals;
import io.thousandisland.runtime.wire.Meanwhile;
import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A connection's hold on the generation whose handler serves it. All of a connection's references
 * to a handler go through here, and last for one callback.
 *
 * <p>Thread: the connection's own, except {@link #generation}, {@link #waits}, {@link #isIn} and
 * {@link #wasIn}.
 */
public final class Lease {

  private final ServerContext context;
  private final Signals signals;
  private final Meanwhile meanwhile;

  /** Written by the own thread; read by threads that list or drain generations. */
  private volatile @Nullable Generation generation;

  /**
   * The generation it enters while it is still in another; written and read by the same threads.
   */
  private volatile @Nullable Generation entering;

  /** The generation that this connection has left, ahead of other connections; the own thread's. */
  private @Nullable Generation left;

  /** True when the handler wait was over before a handler came; the own thread's. */
  private boolean inVain;

  /** True when the connection is over. Written by the own thread; read by drains. */
  private volatile boolean over;

  Lease(ServerContext context, Signals signals, Meanwhile meanwhile) {
    this.context = context;
    this.signals = signals;
    this.meanwhile = meanwhile;
  }

  @Nullable Generation generation() {
    return generation;
  }

  /**
   * True while a callback of {@code one} may run here. During a move the connection is in two
   * generations.
   */
  boolean isIn(Generation one) {
    return !over && wasIn(one);
  }

  /** As {@link #isIn}; true also when the connection ended in {@code one}. */
  boolean wasIn(Generation one) {
    // move writes the two in the other order, so a move cannot slip through between the two reads
    return entering == one || generation == one;
  }

  /** Whether the handler promised to wait for nothing but the socket. */
  boolean nonblocking() {
    Generation mine = generation;
    return mine != null && mine.facts().nonblocking();
  }

  /**
   * The handler, for one callback on this thread. The thread's context class loader is the
   * handler's from now on. Null when there is no handler, or a drain has given up on this
   * connection.
   */
  @Nullable Handler<@Nullable Object> handlerIfAny() {
    Generation mine = generation;
    Handler<@Nullable Object> handler = mine == null ? null : mine.handlerIfAny();
    if (handler != null) {
      ContextLoader.of(handler);
    }
    return handler;
  }

  /** As {@link #handlerIfAny}, where there must be a handler. */
  Handler<@Nullable Object> handler() {
    Handler<@Nullable Object> handler = handlerIfAny();
    if (handler == null) {
      throw new IllegalStateException("no handler: its generation has ended");
    }
    return handler;
  }

  /**
   * Enters the generation that serves now. While no generation serves, the client waits and notices
   * nothing.
   *
   * @return null when the connection is to end, or the handler wait was over, before a handler came
   * @throws IOException when the work that the connection does meanwhile fails
   */
  @Nullable Generation acquire() throws IOException {
    for (; ; ) {
      meanwhile.goOn();
      long absence = context.generations.absentSince();
      long until = waitUntil(absence);
      signals.deadline(Math.min(until, meanwhile.deadline()));
      int reasons = ENDING | DEADLINE | meanwhile.reasons();
      int why = context.generations.awaitNews(signals, left, absence, false, reasons);
      if ((why & ENDING) != 0) {
        return null;
      }
      if (why != 0 && context.sweeper.now() >= until) {
        inVain = true;
        context.generations.unserved();
        return null;
      }
      Generation serving = context.generations.serving();
      if (serving == null && context.generations.isClosed()) {
        return null;
      }
      if (why != 0 || serving == null || serving == left) {
        continue; // something to do meanwhile; or the absence begins or ends
      }
      generation = serving; // before entering: a drain of the generation must find us by it
      if (serving.enter()) {
        left = null;
        signals.deadline(NEVER);
        return serving;
      }
      generation = null;
      context.departures.tell();
    }
  }

  /** True when {@link #acquire} answered null because the handler wait was over. */
  boolean inVain() {
    return inVain;
  }

  /** True while the connection has no handler, and waits for one. Any thread. */
  boolean waits() {
    return !over && generation == null;
  }

  /** The end of the handler wait. The wait begins when the previous handler has left completely. */
  private long waitUntil(long absence) {
    Duration wait = context.settings().timeouts().handlerWait();
    return absence != NEVER && DeadlineSweeper.countable(wait) ? absence + wait.toNanos() : NEVER;
  }

  /**
   * Enters the generation that serves now, and also stays in its own, until {@link #move} or {@link
   * #stay} leaves one of them.
   *
   * @return null when no other generation serves
   */
  @Nullable Generation enterNext() {
    Generation next = context.generations.serving();
    if (next == null || next == generation) {
      return null;
    }
    entering = next; // before entering, as above: its callback may run before we have moved
    if (next.enter()) {
      return next;
    }
    entering = null;
    context.departures.tell();
    return null;
  }

  /** Moves to the generation that it has entered. */
  void move() {
    Generation before = generation;
    generation = entering;
    entering = null;
    exit(before);
  }

  /** Leaves the generation that it has entered. */
  void stay() {
    Generation other = entering;
    entering = null;
    ContextLoader.ofNobody(); // the other handler's was in use, and that handler may leave first
    exit(other);
  }

  /** Gives the generation up. */
  void release() {
    Generation mine = generation;
    generation = null;
    ContextLoader.ofNobody();
    exit(mine);
  }

  /**
   * Gives the generation up and does not enter it again, although it may still serve other
   * connections.
   */
  void leaveForGood() {
    left = generation;
    release();
  }

  /** The connection is over. {@link #wasIn} still tells in which generation it ended. */
  void end() {
    over = true;
    ContextLoader.ofNobody();
    exit(generation);
  }

  private void exit(@Nullable Generation from) {
    if (from != null) {
      from.exit();
      context.departures.tell();
    }
  }
}
