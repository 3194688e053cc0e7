// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.connection;

import io.thousandisland.handler.SocketRef;
import io.thousandisland.runtime.signals.Signals;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The messages told to one connection and not yet handled; also the handle that other code holds on
 * it. It knows the connection's signals, not the connection, so a kept handle keeps nothing else.
 *
 * <p>Thread: any tells; the connection's own takes.
 */
public final class Mailbox implements SocketRef {

  private final long id;
  private final int capacity;
  private final Signals signals;

  /** Guarded by this. */
  private final Deque<Object> messages = new ArrayDeque<>(2);

  /** Guarded by this. */
  private boolean closed;

  Mailbox(long id, int capacity, Signals signals) {
    this.id = id;
    this.capacity = capacity;
    this.signals = signals;
  }

  @Override
  public long id() {
    return id;
  }

  @Override
  public boolean tell(Object message) {
    if (message == null) {
      throw new NullPointerException("message");
    }
    synchronized (this) {
      if (closed || messages.size() >= capacity) {
        return false;
      }
      messages.add(message);
    }
    signals.raise(Signals.MESSAGE);
    return true;
  }

  /** Puts in a message that the connection has told itself, even when the mailbox is full. */
  void tellDelayed(Object message) {
    synchronized (this) {
      messages.add(message);
    }
    signals.raise(Signals.MESSAGE);
  }

  @Override
  public void close() {
    signals.raise(Signals.CLOSE);
  }

  @Override
  public synchronized boolean open() {
    return !closed;
  }

  /** The next message, or null. When more are there, MESSAGE is raised again. */
  synchronized @Nullable Object take() {
    Object message = messages.poll();
    if (!messages.isEmpty()) {
      signals.raise(Signals.MESSAGE);
    }
    return message;
  }

  /** Drops the messages that match {@code unwanted}, and returns them. */
  synchronized List<Object> drop(Predicate<Object> unwanted) {
    List<Object> dropped = messages.stream().filter(unwanted).toList();
    messages.removeIf(unwanted);
    return dropped;
  }

  /** The connection has ended: no message is taken any more. */
  synchronized void end() {
    closed = true;
    messages.clear();
  }
}
