package io.thousandisland.runtime.server;

import io.thousandisland.runtime.signals.Signals;
import io.thousandisland.transport.ListeningChannel;
import io.thousandisland.transport.TransportSocket;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The place of one listening channel, where workers wait for their turn to accept.
 *
 * <p>The slot outlives its channel: while the server is suspended, or the channel is lost and not
 * yet bound again, workers wait here as they do for a client. One worker has the turn at a time. It
 * takes one connection, then the turn goes to the worker that has waited longest. That spreads
 * connections evenly over the acceptors, and wakes one thread for a connection, not all. A slot
 * that none of its workers attends, because their acceptors drain, gives its turn to a worker that
 * waits at another slot.
 *
 * <p>Thread: any.
 */
final class ListenSlot {

  /** The slots of one listener. Its monitor guards the turns at all of them. */
  static final class Group {
    private final List<ListenSlot> slots = new ArrayList<>();

    /** A worker that waits at another slot than {@code busy}. */
    private @Nullable Waiter idle(ListenSlot busy) {
      for (ListenSlot slot : slots) {
        Waiter idle = slot == busy ? null : slot.waiting.poll();
        if (idle != null) {
          return idle;
        }
      }
      return null;
    }

    /** Offers the turns at other slots that no worker there waits for. */
    private void offerAll() {
      slots.forEach(ListenSlot::offer);
    }
  }

  /** A worker that waits for its turn, and the slot where it has the turn. */
  static final class Waiter {
    private final Signals signals;

    /** Guarded by the group; null while it waits. */
    private @Nullable ListenSlot turn;

    private Waiter(Signals signals) {
      this.signals = signals;
    }
  }

  private final Group group;

  // guarded by the group
  private final Deque<Waiter> waiting = new ArrayDeque<>();

  /** The workers of this slot: they wait, or have a turn, or will be back in a moment. */
  private final Set<Signals> attending = new HashSet<>();

  private boolean held;

  /** True when a connection may be there that no turn was given for yet. */
  private boolean acceptable;

  /** Held while a worker looks for a connection, so that no channel is taken out under it. */
  private final ReentrantLock accepting = new ReentrantLock();

  /**
   * Null while closed. Written by the listener, under {@link #accepting}; read by the worker that
   * has the turn.
   */
  private volatile @Nullable ListeningChannel channel;

  ListenSlot(Group group) {
    this.group = group;
    synchronized (group) {
      group.slots.add(this);
    }
  }

  /** Called by the listener, with a channel that is bound. */
  void open(ListeningChannel bound) {
    ListeningChannel unused = replace(bound);
    bound.start(this::acceptable);
    acceptable(); // the transport does not tell of clients that came before the first accept
  }

  /**
   * Takes the channel out, so that a worker that finds it closed knows that the close was intended.
   * No worker is in the channel any more.
   */
  @Nullable ListeningChannel close() {
    return replace(null);
  }

  private @Nullable ListeningChannel replace(@Nullable ListeningChannel other) {
    accepting.lock();
    try {
      ListeningChannel before = channel;
      channel = other;
      return before;
    } finally {
      accepting.unlock();
    }
  }

  /** The slot is in use no more. Its workers are to be called away. */
  void remove() {
    synchronized (group) {
      group.slots.remove(this);
    }
  }

  @Nullable ListeningChannel channel() {
    return channel;
  }

  /**
   * Waits for a turn, at this slot or at a slot that needs a worker: TURN is raised when the turn
   * has come.
   *
   * @param first true for a worker whose last turn brought nothing: it keeps its place in front;
   *     otherwise quiet times would give every connection to the same acceptor
   */
  Waiter queue(Signals me, boolean first) {
    var waiter = new Waiter(me);
    synchronized (group) {
      attending.add(me);
      if (first) {
        waiting.addFirst(waiter);
      } else {
        waiting.addLast(waiter);
      }
      offer();
      group.offerAll();
    }
    return waiter;
  }

  /**
   * The slot at which {@code waiter} has the turn and must {@link #pass} it on; null while it
   * waits.
   */
  @Nullable ListenSlot turnOf(Waiter waiter) {
    synchronized (group) {
      return waiter.turn;
    }
  }

  /** {@code waiter} waits no longer; if it has a turn, the turn is passed on. */
  void leave(Waiter waiter) {
    synchronized (group) {
      waiting.remove(waiter);
      ListenSlot turn = waiter.turn;
      if (turn != null) {
        turn.release(true);
      }
      leave(waiter.signals);
    }
  }

  /** {@code me} works here no more, or not for a while. */
  void leave(Signals me) {
    synchronized (group) {
      if (attending.remove(me)) {
        offer();
      }
    }
  }

  /**
   * Takes one connection. Only for the worker that has the turn.
   *
   * @return null when no connection is there
   * @throws ClosedChannelException when no channel is open here, or it was closed meanwhile
   */
  @Nullable TransportSocket accept() throws IOException {
    accepting.lock();
    try {
      ListeningChannel open = channel;
      if (open == null) {
        throw new ClosedChannelException();
      }
      return open.accept();
    } finally {
      accepting.unlock();
    }
  }

  /** Ends the turn. {@code more} says that another connection may be there. */
  void pass(boolean more) {
    synchronized (group) {
      release(more);
    }
  }

  private void acceptable() {
    synchronized (group) {
      acceptable = true;
      offer();
    }
  }

  // ---- below: with the group's monitor held

  private void release(boolean more) {
    held = false;
    acceptable |= more;
    offer();
  }

  private void offer() {
    if (acceptable && !held) {
      Waiter next = waiting.poll();
      if (next == null && attending.isEmpty()) {
        next = group.idle(this);
      }
      if (next != null) {
        acceptable = false;
        held = true;
        next.turn = this;
        next.signals.raise(Signals.TURN);
      }
    }
  }
}
