package io.thousandisland.runtime.server;

import static io.thousandisland.runtime.server.Conversation.ENDING;
import static io.thousandisland.runtime.server.Signals.DEADLINE;
import static io.thousandisland.runtime.server.Signals.NEVER;

import io.thousandisland.handler.Handler;
import org.jspecify.annotations.Nullable;

/**
 * A connection's hold on the generation whose handler serves it. All of a connection's references
 * to a handler go through here, and last for one callback.
 *
 * <p>Thread: the connection's own, except {@link #generation}.
 */
final class Lease {

  private final ServerContext context;
  private final Signals signals;

  /** Written by the own thread; read by who lists or drains generations. */
  private volatile @Nullable Generation generation;

  /** The one it enters while it is still in another; written and read by the same. */
  private volatile @Nullable Generation entering;

  Lease(ServerContext context, Signals signals) {
    this.context = context;
    this.signals = signals;
  }

  @Nullable Generation generation() {
    return generation;
  }

  /** True while a callback of {@code one} may run here, or one of two of them. */
  boolean isIn(Generation one) {
    // moveTo writes the two in the other order, so a move cannot slip through between the looks
    return entering == one || generation == one;
  }

  /** Whether the handler promised to wait for nothing but the socket. */
  boolean nonblocking() {
    Generation mine = generation;
    return mine != null && mine.facts().nonblocking();
  }

  /** The handler, for one callback; null when there is none, or a drain has given up on us. */
  @Nullable Handler<@Nullable Object> handlerIfAny() {
    Generation mine = generation;
    return mine == null ? null : mine.handlerIfAny();
  }

  /** The handler, for one callback. */
  Handler<@Nullable Object> handler() {
    Handler<@Nullable Object> handler = handlerIfAny();
    if (handler == null) {
      throw new IllegalStateException("no handler: its generation has ended");
    }
    return handler;
  }

  /**
   * Enters the generation that serves now; while there is none the client waits, and notices
   * nothing.
   *
   * @return null when the connection is to end, or the handler wait was over, before a handler came
   */
  @Nullable Generation acquire() {
    signals.deadline(context.sweeper.in(context.settings().timeouts().handlerWait()));
    for (; ; ) {
      int why = context.handlers.await(signals, ENDING | DEADLINE);
      if ((why & ENDING) != 0 || (why != 0 && signals.due())) {
        return null;
      }
      if (why != 0) {
        continue; // a deadline from before, which was raised late
      }
      Generation serving = context.handlers.serving();
      generation = serving; // before entering: who drains a generation must find us by it
      if (serving != null && serving.enter()) {
        signals.deadline(NEVER);
        return serving;
      }
      generation = null;
      context.departures.tell();
    }
  }

  /**
   * Enters the generation that serves now, and stays in its own too, until {@link #move} or {@link
   * #stay} leaves one of them.
   *
   * @return null when none serves
   */
  @Nullable Generation enterNext() {
    Generation next = context.handlers.serving();
    if (next == null) {
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

  /** Goes over to the generation that it has entered. */
  void move() {
    Generation left = generation;
    generation = entering;
    entering = null;
    exit(left);
  }

  /** Leaves the generation that it has entered. */
  void stay() {
    Generation left = entering;
    entering = null;
    exit(left);
  }

  /** Gives the generation up. */
  void release() {
    Generation left = generation;
    generation = null;
    exit(left);
  }

  /** The connection is over. It goes on telling in which generation it ended. */
  void end() {
    exit(generation);
  }

  private void exit(@Nullable Generation left) {
    if (left != null) {
      left.exit();
      context.departures.tell();
    }
  }
}
