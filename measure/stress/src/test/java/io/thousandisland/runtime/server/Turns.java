package io.thousandisland.runtime.server;

import io.thousandisland.runtime.signals.Signals;
import org.jspecify.annotations.Nullable;

/** Waits for turns on a thread, as no worker does. */
public final class Turns {

  private Turns() {}

  /** Null when one of {@code otherwise} came first, which is taken. */
  public static @Nullable ListenSlot await(
      ListenSlot slot, Signals me, boolean first, int otherwise) {
    ListenSlot.Waiter waiter = slot.queue(me, first);
    if ((me.await(Signals.TURN | otherwise) & otherwise) == 0) {
      return slot.turnOf(waiter);
    }
    slot.leave(waiter);
    int unused = me.take(Signals.TURN);
    return null;
  }
}
