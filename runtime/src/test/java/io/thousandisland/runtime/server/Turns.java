// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.server;

import io.thousandisland.runtime.listening.ListenSlot;
import io.thousandisland.runtime.signals.Signals;
import org.jspecify.annotations.Nullable;

/** Waits for turns by blocking a thread, which no worker does. */
final class Turns {

  private Turns() {}

  /** Null when a signal of {@code otherwise} came first; that signal is taken. */
  static @Nullable ListenSlot await(ListenSlot slot, Signals me, boolean first, int otherwise) {
    ListenSlot.Waiter waiter = slot.queue(me, first);
    if ((me.await(Signals.TURN | otherwise) & otherwise) == 0) {
      return slot.turnOf(waiter);
    }
    slot.leave(waiter);
    int unused = me.take(Signals.TURN);
    return null;
  }
}
