// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.listening;

import io.thousandisland.runtime.server.Checks;
import io.thousandisland.runtime.signals.DeadlineSweeper;
import io.thousandisland.runtime.signals.Signals;
import io.thousandisland.stress.Interleavings;
import io.thousandisland.transport.ListeningChannel;
import io.thousandisland.transport.TransportSocket;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** ListenSlot: a client that has come is accepted, once, whichever worker is paused meanwhile. */
public class ListenSlotInterleavingsTest {

  public static class Model {
    private final ListenSlot slot = new ListenSlot(new ListenSlot.Group());
    private final Signals first = new Signals(new DeadlineSweeper(2));
    private final Signals second = new Signals(new DeadlineSweeper(2));
    private final AtomicInteger backlog = new AtomicInteger();
    private final AtomicInteger accepted = new AtomicInteger();
    private final AtomicInteger holders = new AtomicInteger();
    private final Channel channel = new Channel();

    public Model() {
      slot.open(channel);
    }

    public void first() {
      work(first, second);
    }

    public void second() {
      work(second, first);
    }

    /** Works as a worker does, until it has accepted a client or is paused. */
    private void work(Signals me, Signals other) {
      me.owner(Thread.currentThread());
      boolean more = true;
      while (Turns.await(slot, me, !more, Signals.PAUSE) != null) {
        Checks.that(holders.incrementAndGet() == 1, "two have the turn");
        more = backlog.get() > 0;
        if (more) {
          backlog.decrementAndGet();
          accepted.incrementAndGet();
          other.raise(Signals.PAUSE); // one client only: the other would wait without end
        }
        holders.decrementAndGet();
        slot.pass(more);
        if (more) {
          return;
        }
      }
    }

    public void pauseFirst() {
      first.raise(Signals.PAUSE);
    }

    public void clientComes() {
      backlog.incrementAndGet();
      channel.tell.run();
    }

    public void holds() {
      Checks.that(accepted.get() == 1 && backlog.get() == 0, "accepted " + accepted.get());
    }
  }

  /** A channel that accepts nothing itself, and tells of clients that come. */
  private static final class Channel implements ListeningChannel {
    private volatile Runnable tell = () -> {};

    @Override
    public void start(Runnable acceptable) {
      tell = acceptable;
    }

    @Override
    public @Nullable TransportSocket accept() {
      return null;
    }

    @Override
    public SocketAddress localAddress() {
      return InetSocketAddress.createUnresolved("model", 0);
    }

    @Override
    public boolean isOpen() {
      return true;
    }

    @Override
    public void close() {}
  }

  @Test
  void turnOfAPausedWorkerGoesToTheNext() {
    Interleavings.of(Model.class)
        .thread("first")
        .thread("second")
        .thread("clientComes", "pauseFirst")
        .explore();
  }
}
