// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.connection;

import io.thousandisland.handler.Delayed;
import io.thousandisland.runtime.signals.Signals;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The messages that one connection has told itself for later, in the order in which they are due.
 *
 * <p>Thread: the connection's own; any thread cancels.
 */
final class DelayedMessages {

  /** One message; {@code number} keeps the order of messages that are due at the same time. */
  private final class Entry implements Delayed {
    private final long at;
    private final long number;
    private final Object message;

    Entry(long at, long number, Object message) {
      this.at = at;
      this.number = number;
      this.message = message;
    }

    @Override
    public boolean cancel() {
      return remove(this);
    }
  }

  private final int capacity;

  /** Guarded by this. */
  private final PriorityQueue<Entry> entries =
      new PriorityQueue<>(
          Comparator.<Entry>comparingLong(entry -> entry.at)
              .thenComparingLong(entry -> entry.number));

  /** The number of messages so far; guarded by this. */
  private long count;

  DelayedMessages(int capacity) {
    this.capacity = capacity;
  }

  /**
   * Adds a message.
   *
   * @param at when it is due, in the sweeper's time
   * @throws IllegalStateException when there are {@code capacity} messages already
   */
  synchronized Delayed add(long at, Object message) {
    if (entries.size() >= capacity) {
      throw new IllegalStateException(
          capacity + " delayed messages wait already; allowed: " + capacity + " (mailboxSize)");
    }
    var entry = new Entry(at, count++, message);
    entries.add(entry);
    return entry;
  }

  private synchronized boolean remove(Entry entry) {
    return entries.remove(entry);
  }

  /** When the next message is due, in the sweeper's time; {@link Signals#NEVER} without one. */
  synchronized long next() {
    Entry first = entries.peek();
    return first == null ? Signals.NEVER : first.at;
  }

  /** Takes the next message, if it is due by {@code now}; else null. */
  synchronized @Nullable Object takeDue(long now) {
    Entry first = entries.peek();
    if (first == null || first.at - now > 0) {
      return null;
    }
    entries.remove();
    return first.message;
  }

  /** Drops the messages that match {@code unwanted}, and returns them. */
  synchronized List<Object> drop(Predicate<Object> unwanted) {
    var dropped = new ArrayList<>();
    entries.removeIf(entry -> unwanted.test(entry.message) && dropped.add(entry.message));
    return dropped;
  }

  /** The connection has ended. */
  synchronized void end() {
    entries.clear();
  }
}
