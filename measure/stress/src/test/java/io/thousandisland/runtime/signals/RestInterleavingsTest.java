// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.signals;

import io.thousandisland.runtime.server.Checks;
import io.thousandisland.stress.Interleavings;
import io.thousandisland.transport.ThreadLender;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/**
 * Signals at rest: a raised reason makes one thread go on, never two, and no reason stays undone.
 */
public class RestInterleavingsTest {

  public static class Model implements Signals.Resting {
    private static final int WANTED = Signals.READABLE | Signals.MESSAGE | Signals.DRAIN;

    final Signals signals = new Signals(new DeadlineSweeper(2), this);
    private final AtomicInteger owners = new AtomicInteger();

    /** The reasons that are raised or about to be, and not taken since. */
    private final AtomicInteger undone = new AtomicInteger();

    /** Goes on as a connection does at its beginning and in each of its turns. */
    public void goOn() {
      signals.owner(Thread.currentThread());
      do {
        Checks.that(owners.incrementAndGet() == 1, "two go on");
        int taken = signals.take(WANTED);
        undone.getAndUpdate(bits -> bits & ~taken);
        owners.decrementAndGet();
      } while (!signals.rest(WANTED));
    }

    /** Goes on with the raising thread: the model has no other threads. */
    @Override
    public void goOnElsewhere() {
      goOn();
    }

    @Override
    public void goOnHere(ThreadLender lender) {
      goOn();
    }

    @Override
    public String threadName() {
      return "model";
    }

    public void message() {
      toDo(Signals.MESSAGE);
      signals.raise(Signals.MESSAGE);
    }

    public void drain() {
      toDo(Signals.DRAIN);
      signals.raise(Signals.DRAIN);
    }

    public void readable() {
      toDo(Signals.READABLE);
      signals.readable(Lender.NOBODY);
    }

    private void toDo(int reason) {
      undone.getAndUpdate(bits -> bits | reason);
    }

    /** Ends no rest, because the rest does not wait for this reason. */
    public void writable() {
      signals.writable();
    }

    public void holds() {
      Checks.that(undone.get() == 0, "at rest, with something to do: " + undone);
    }
  }

  /** A connection whose transport lends threads on request, but later, or has none to lend. */
  public static class AskingModel extends Model {
    private final AtomicInteger asked = new AtomicInteger();
    private final AtomicInteger refusals = new AtomicInteger();

    @Override
    public boolean askForThread() {
      if (refusals.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
        return false;
      }
      asked.incrementAndGet();
      return true;
    }

    public void refuseOnce() {
      refusals.incrementAndGet();
    }

    public void begin() {
      if (!signals.beginLent()) {
        goOn();
      }
    }

    /** The transport's thread comes by. */
    public void lend() {
      if (asked.getAndUpdate(many -> Math.max(0, many - 1)) > 0) {
        signals.lent(Lender.NOBODY);
      }
    }

    @Override
    public void holds() {
      while (asked.get() > 0) {
        lend();
      }
      super.holds();
    }
  }

  private enum Lender implements ThreadLender {
    NOBODY;

    @Override
    public void keep() {}

    @Override
    public void renew() {}
  }

  @Test
  void nothingIsLeftUndone() {
    Interleavings.of(Model.class).thread("goOn").thread("message").explore();
  }

  @Test
  void nothingIsLeftUndoneByWhoeverIsLentAThread() {
    Interleavings.of(Model.class).thread("goOn").thread("writable", "readable").explore();
  }

  @Test
  void onlyOneGoesOnWhenSeveralRaise() {
    Interleavings.of(Model.class)
        .thread("goOn")
        .thread("readable", "writable")
        .thread("message", "drain")
        .explore();
  }

  @Test
  void nothingIsLeftUndoneByWhoAskedForAThread() {
    Interleavings.of(AskingModel.class)
        .thread("begin", "lend", "lend")
        .thread("message", "drain")
        .explore();
  }

  @Test
  void nothingIsLeftUndoneWhenThereIsNoThreadToBeLent() {
    Interleavings.of(AskingModel.class)
        .thread("refuseOnce", "begin", "lend")
        .thread("message", "refuseOnce", "drain")
        .explore();
  }

  @Test
  void onlyOneGoesOnWhenOneRaisesAndAnotherIsLent() {
    Interleavings.of(AskingModel.class)
        .thread("begin", "lend")
        .thread("message")
        .thread("readable", "lend")
        .explore();
  }
}
