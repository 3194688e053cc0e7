// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.listening;

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
 * that no worker attends, because there are more slots than acceptors or because its acceptors
 * drain, gives its turn to a worker that waits at another slot.
 *
 * <p>Thread: any.
 */
public final class ListenSlot {

  /**
   * The slots of all listeners of a server. Its monitor guards the turns at all of them.
   *
   * <p>There may be more slots than workers. So each worker that comes back is offered to the slots
   * in rotation, and a slot without workers takes those of the other slots in rotation: no slot
   * starves while another one is busy, and no worker gets all the work.
   */
  public static final class Group {
    private final List<ListenSlot> slots = new ArrayList<>();

    /** The place in the list of the slot that is offered a worker first. */
    private int nextOffer;

    /** The place in the list of the slot that lends a worker first. */
    private int nextLender;

    /** A worker that waits at another slot than {@code busy}. */
    private @Nullable Waiter idle(ListenSlot busy) {
      for (int i = 0; i < slots.size(); i++) {
        int place = (nextLender + i) % slots.size();
        ListenSlot slot = slots.get(place);
        Waiter idle = slot == busy ? null : slot.waiting.poll();
        if (idle != null) {
          nextLender = place + 1;
          return idle;
        }
      }
      return null;
    }

    /** Offers the turns at all slots to the workers that wait. */
    private void offerAll() {
      int first = nextOffer;
      for (int i = 0; i < slots.size(); i++) {
        int place = (first + i) % slots.size();
        if (slots.get(place).offer()) {
          nextOffer = place + 1;
        }
      }
    }
  }

  /** A worker that waits for its turn, and the slot where it has the turn. */
  public static final class Waiter {
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

  /** Makes a slot without a channel. */
  public ListenSlot(Group group) {
    this.group = group;
    synchronized (group) {
      group.slots.add(this);
    }
  }

  /** Called by the listener, with a channel that is bound. */
  public void open(ListeningChannel bound) {
    ListeningChannel unused = replace(bound);
    bound.start(this::acceptable);
    acceptable(); // the transport does not tell of clients that came before the first accept
  }

  /**
   * Takes the channel out, so that a worker that finds it closed knows that the close was intended.
   * No worker is in the channel any more.
   */
  public @Nullable ListeningChannel close() {
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

  /** Null while closed. */
  public @Nullable ListeningChannel channel() {
    return channel;
  }

  /**
   * Waits for a turn, at this slot or at a slot that needs a worker: TURN is raised when the turn
   * has come.
   *
   * @param first true for a worker whose last turn brought nothing: it keeps its place in front;
   *     otherwise quiet times would give every connection to the same acceptor
   */
  public Waiter queue(Signals me, boolean first) {
    var waiter = new Waiter(me);
    synchronized (group) {
      attending.add(me);
      if (first) {
        waiting.addFirst(waiter);
      } else {
        waiting.addLast(waiter);
      }
      group.offerAll();
    }
    return waiter;
  }

  /**
   * The slot at which {@code waiter} has the turn and must {@link #pass} it on; null while it
   * waits.
   */
  public @Nullable ListenSlot turnOf(Waiter waiter) {
    synchronized (group) {
      return waiter.turn;
    }
  }

  /** {@code waiter} waits no longer; if it has a turn, the turn is passed on. */
  public void leave(Waiter waiter) {
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
  public void leave(Signals me) {
    synchronized (group) {
      if (attending.remove(me)) {
        boolean unused = offer();
      }
    }
  }

  /**
   * Takes one connection. Only for the worker that has the turn.
   *
   * @return null when no connection is there
   * @throws ClosedChannelException when no channel is open here, or it was closed meanwhile
   */
  public @Nullable Accepted accept() throws IOException {
    accepting.lock();
    try {
      ListeningChannel open = channel;
      if (open == null) {
        throw new ClosedChannelException();
      }
      TransportSocket bare = open.accept();
      return bare == null ? null : new Accepted(bare, open);
    } finally {
      accepting.unlock();
    }
  }

  /** Ends the turn. {@code more} says that another connection may be there. */
  public void pass(boolean more) {
    synchronized (group) {
      release(more);
    }
  }

  private void acceptable() {
    synchronized (group) {
      acceptable = true;
      boolean unused = offer();
    }
  }

  // ---- below: with the group's monitor held

  private void release(boolean more) {
    held = false;
    acceptable |= more;
    boolean unused = offer();
  }

  /** Gives the turn to a worker, if both are there; returns whether it did. */
  private boolean offer() {
    if (!acceptable || held) {
      return false;
    }
    Waiter next = waiting.poll();
    if (next == null && attending.isEmpty()) {
      next = group.idle(this);
    }
    if (next == null) {
      return false;
    }
    acceptable = false;
    held = true;
    next.turn = this;
    next.signals.raise(Signals.TURN);
    return true;
  }
}
