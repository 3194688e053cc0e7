package io.thousandisland.runtime.server;

import io.thousandisland.transport.ListeningChannel;
import io.thousandisland.transport.TransportSocket;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * The place of one listening channel, where workers wait for their turn to accept.
 *
 * <p>The slot outlives its channel: while the server is suspended, or the channel is lost and not
 * yet bound again, workers wait here as they do for a client. One worker has the turn at a time; it
 * takes one connection, then the turn goes to the one that has waited longest. That spreads
 * connections evenly over the acceptors, and wakes one thread for a connection, not all.
 *
 * <p>Thread: any.
 */
final class ListenSlot {

  // all guarded by this
  private final Deque<Signals> waiting = new ArrayDeque<>();
  private @Nullable Signals holder;

  /** A connection may be there, and nobody has the turn to look. */
  private boolean acceptable;

  /** Written by the listener, read by the worker that has the turn; null while closed. */
  private volatile @Nullable ListeningChannel channel;

  /** Called by the listener, with a channel that is bound. */
  void open(ListeningChannel bound) {
    channel = bound;
    bound.start(this::acceptable);
    acceptable(); // nobody tells of what came before somebody looked
  }

  /** Takes the channel out, so that a worker that finds it closed knows that it was meant to be. */
  @Nullable ListeningChannel close() {
    ListeningChannel open = channel;
    channel = null;
    return open;
  }

  @Nullable ListeningChannel channel() {
    return channel;
  }

  /**
   * Waits for the turn.
   *
   * @param first true for a worker whose last turn brought nothing: it keeps its place in front, or
   *     quiet times would give every connection to the same acceptor
   * @return 0 when {@code me} has it and must {@link #pass} it on, or what came first of {@code
   *     otherwise}
   */
  int awaitTurn(Signals me, boolean first, int otherwise) {
    synchronized (this) {
      if (first) {
        waiting.addFirst(me);
      } else {
        waiting.addLast(me);
      }
      offer();
    }
    int got = me.await(Signals.TURN | otherwise);
    if ((got & otherwise) == 0) {
      return 0;
    }
    synchronized (this) {
      waiting.remove(me);
      if (holder == me) {
        me.take(Signals.TURN);
        release(true);
      }
    }
    return got & otherwise;
  }

  /**
   * Takes one connection. Only for who has the turn.
   *
   * @return null when none is there
   * @throws ClosedChannelException when no channel is open here, or it was closed meanwhile
   */
  @Nullable TransportSocket accept() throws IOException {
    ListeningChannel open = channel;
    if (open == null) {
      throw new ClosedChannelException();
    }
    return open.accept();
  }

  /** Ends the turn. {@code more} says that another connection may be there. */
  synchronized void pass(boolean more) {
    release(more);
  }

  private synchronized void acceptable() {
    acceptable = true;
    offer();
  }

  private void release(boolean more) {
    holder = null;
    acceptable |= more;
    offer();
  }

  private void offer() {
    if (acceptable && holder == null) {
      Signals next = waiting.poll();
      if (next != null) {
        acceptable = false;
        holder = next;
        next.raise(Signals.TURN);
      }
    }
  }
}
