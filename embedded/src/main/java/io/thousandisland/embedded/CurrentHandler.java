// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.embedded;

import io.thousandisland.handler.Handler;
import io.thousandisland.runtime.handlers.HandlerBinding;
import io.thousandisland.runtime.server.ServerNode;
import io.thousandisland.server.Drained;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongPredicate;

/**
 * The handler of a running server. Its number stands for the service id that a handler has in a
 * framework.
 *
 * <p>Thread: any. One change waits for the other, also for its drain.
 */
final class CurrentHandler {

  /** The number of no handler: the first one has 1. */
  private static final long NONE = 0;

  private final ServerNode node;
  private final boolean nonblocking;
  private final Waits waits;
  private final Runnable requireLife;

  /** Held while a handler comes or goes, also during its drain. */
  private final ReentrantLock changing = new ReentrantLock();

  /** Whether there is a handler. Guarded by {@link #changing}. */
  private boolean serving;

  /** The number of the handler that came last. Guarded by {@link #changing}. */
  private long number;

  /**
   * @param nonblocking whether each handler promises not to block
   * @param requireLife throws when the server has ended
   */
  CurrentHandler(ServerNode node, boolean nonblocking, Waits waits, Runnable requireLife) {
    this.node = node;
    this.nonblocking = nonblocking;
    this.waits = waits;
    this.requireLife = requireLife;
  }

  /** As {@link RunningServer#replace}. */
  Drained replace(Handler<?> next) {
    Objects.requireNonNull(next, "next");
    waits.refuseInCallback("replace");
    changing.lock();
    try {
      requireLife.run();
      long leaving = serving ? number : NONE;
      follow(next, serviceId -> serviceId != leaving);
      return leaving == NONE ? Drained.NOTHING : retire(leaving);
    } finally {
      changing.unlock();
    }
  }

  /** As {@link RunningServer#withdraw}. */
  Drained withdraw() {
    waits.refuseInCallback("withdraw");
    changing.lock();
    try {
      boolean served = serving;
      serving = false;
      return served ? retire(number) : Drained.NOTHING;
    } finally {
      changing.unlock();
    }
  }

  /** As {@link RunningServer#serve}. */
  void serve(Handler<?> next) {
    Objects.requireNonNull(next, "next");
    waits.refuseOnOwnThread("serve");
    changing.lock();
    try {
      requireLife.run();
      follow(next, serviceId -> true);
    } finally {
      changing.unlock();
    }
  }

  /**
   * Lets {@code next} serve new connections. Under {@link #changing}.
   *
   * @param stays whether the handler of a number goes on beside it
   */
  private void follow(Handler<?> next, LongPredicate stays) {
    number++;
    serving = true;
    Optional<HandlerBinding> binding = Optional.of(HandlerFacts.binding(next, number, nonblocking));
    node.handler(() -> binding, stays, "", null);
  }

  /** Returns when the handler has left, or should have. Under {@link #changing}. */
  private Drained retire(long leaving) {
    return waits.await(node.retire(leaving), "did not leave their handler in time");
  }
}
