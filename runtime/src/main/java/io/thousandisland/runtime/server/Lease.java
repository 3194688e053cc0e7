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

  Lease(ServerContext context, Signals signals) {
    this.context = context;
    this.signals = signals;
  }

  @Nullable Generation generation() {
    return generation;
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
    while (context.handlers.await(signals, ENDING | DEADLINE) == 0) {
      Generation serving = context.handlers.serving();
      generation = serving; // before entering: who drains a generation must find us by it
      if (serving != null && serving.enter()) {
        signals.deadline(NEVER);
        return serving;
      }
      generation = null;
      context.departures.tell();
    }
    return null;
  }

  /** Goes over to a generation that we have entered. */
  void moveTo(Generation entered) {
    Generation left = generation;
    generation = entered;
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
