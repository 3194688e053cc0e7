// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.connection;

import io.thousandisland.runtime.server.Checks;
import io.thousandisland.runtime.signals.DeadlineSweeper;
import io.thousandisland.runtime.signals.Signals;
import io.thousandisland.stress.Interleavings;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Mailbox: each message that was accepted is taken once, or the connection has ended. */
public class MailboxInterleavingsTest {

  public static class Model {
    private final Signals signals = new Signals(new DeadlineSweeper(2));
    private final Mailbox mailbox = new Mailbox(1, 2, signals);
    private final AtomicInteger told = new AtomicInteger();
    private volatile int taken;

    public void tell() {
      if (mailbox.tell("m")) {
        told.incrementAndGet();
      }
    }

    public void stop() {
      signals.raise(Signals.STOP);
    }

    public void takeUntilStopped() {
      signals.owner(Thread.currentThread());
      int why;
      do {
        why = signals.await(Signals.MESSAGE | Signals.STOP);
        if ((why & Signals.MESSAGE) != 0 && mailbox.take() != null) {
          taken++;
        }
      } while ((why & Signals.STOP) == 0);
    }

    public void holds() {
      while (signals.take(Signals.MESSAGE) != 0 && mailbox.take() != null) {
        taken++;
      }
      Checks.that(taken == told.get(), "told " + told.get() + ", taken " + taken);
    }
  }

  @Test
  void noMessageIsLost() {
    Interleavings.of(Model.class).thread("tell", "stop").thread("takeUntilStopped").explore();
  }

  @Test
  void noMessageIsLostAmongSeveral() {
    Interleavings.of(Model.class)
        .thread("tell")
        .thread("tell", "tell", "stop")
        .thread("takeUntilStopped")
        .explore();
  }
}
