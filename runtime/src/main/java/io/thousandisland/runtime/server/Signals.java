package io.thousandisland.runtime.server;

import io.thousandisland.transport.Readiness;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The one place where a thread of the tree waits: a set of reasons to go on, and a deadline.
 *
 * <p>One thread, the owner, takes and awaits; any thread may raise. A raise is an atomic OR
 * followed by an unpark, so none is lost: a permit given before the owner parks ends that park at
 * once.
 */
final class Signals implements Readiness {

  static final int READABLE = 1;
  static final int WRITABLE = 1 << 1;
  static final int MESSAGE = 1 << 2;
  static final int DEADLINE = 1 << 3;
  static final int HANDLER = 1 << 4;
  static final int DRAIN = 1 << 5;

  /** An acceptor's turn at its listening channel has come. */
  static final int TURN = 1 << 6;

  /** A place for one more connection may be free. */
  static final int PERMIT = 1 << 7;

  static final int PAUSE = 1 << 8;
  static final int RESUME = 1 << 9;

  /** The generation that a connection is in is to be left. */
  static final int MIGRATE = 1 << 14;

  /** The generation that a connection is in is to end: advice to finish. */
  static final int RETIRE = 1 << 15;

  // What ends a thread's work is never taken back: it stays raised however often it was seen.
  static final int CLOSE = 1 << 10;
  static final int SHUTDOWN = 1 << 11;
  static final int FORCED = 1 << 12;
  static final int STOP = 1 << 13;
  private static final int STICKY = CLOSE | SHUTDOWN | FORCED | STOP;

  /** The deadline of a thread that waits for ever. */
  static final long NEVER = Long.MAX_VALUE;

  private static final VarHandle RAISED;
  private static final VarHandle VISIT;

  static {
    try {
      var lookup = MethodHandles.lookup();
      RAISED = lookup.findVarHandle(Signals.class, "raised", int.class);
      VISIT = lookup.findVarHandle(Signals.class, "visit", long.class);
    } catch (ReflectiveOperationException impossible) {
      throw new ExceptionInInitializerError(impossible);
    }
  }

  /** Turns without a wait before others have theirs: a quarter of a mebibyte each way, at most. */
  private static final int BEFORE_YIELD = 8;

  /** A multiple of that. Reckoned to cost a fiftieth of the speed of an endless stream. */
  private static final int BEFORE_REST = 256;

  private static final long REST = TimeUnit.MICROSECONDS.toNanos(10);

  private final DeadlineSweeper sweeper;

  /**
   * Set before the owner starts and anybody else knows this object; taken away by the owner at its
   * end. Not volatile: who still sees it then wakes a thread that has ended, which does nothing.
   */
  private @Nullable Thread owner = Thread.currentThread();

  /** ORed by any thread, cleared by the owner. */
  @SuppressWarnings("unused") // by VarHandle
  private volatile int raised;

  /** Turns since the owner last waited; the owner's own. */
  private int unbroken;

  /** In the sweeper's time; written by the owner, read by the sweeper. */
  private volatile long deadline = NEVER;

  /** The tick at which the sweeper will look here next; see {@link DeadlineSweeper}. */
  private volatile long visit = NEVER;

  Signals(DeadlineSweeper sweeper) {
    this.sweeper = sweeper;
  }

  void owner(Thread thread) {
    owner = thread;
  }

  /**
   * The owner's last act. From now on this keeps neither the thread nor what ran on it, however
   * long a {@link Mailbox} or the sweeper's wheel keeps this.
   */
  void end() {
    deadline = NEVER;
    owner = null;
  }

  /** Adds reasons and wakes the owner. Any thread; never blocks. */
  void raise(int reasons) {
    int before = (int) RAISED.getAndBitwiseOr(this, reasons);
    if ((before & reasons) != reasons) {
      LockSupport.unpark(owner);
    }
  }

  /** True when one of {@code reasons} is raised; takes nothing. Any thread. */
  boolean isRaised(int reasons) {
    return (raised & reasons) != 0;
  }

  /** Takes those of {@code wanted} that are raised, without waiting. Owner only. */
  int take(int wanted) {
    int got = raised & wanted;
    if ((got & ~STICKY) != 0) {
      RAISED.getAndBitwiseAnd(this, ~(got & ~STICKY));
    }
    return got;
  }

  /** As {@link #take}, for an owner that could go on for ever. Owner only. */
  int takeTurn(int wanted) {
    giveWay();
    return take(wanted);
  }

  /**
   * Lets others run now and then. Called for each read and write that is not waited for: who is
   * flooded, or floods, would otherwise never leave its carrier.
   *
   * <p>A yield alone does not do that for everybody: the scheduler's worker goes on with the queue
   * that the thread comes back to, and looks at no other for as long as something is in it. Threads
   * woken by the sweeper, by drains and by the poller's own waker wait in those. So now and then
   * the owner parks. That may use up the permit of a raise, which harms nobody: what was raised is
   * looked at before the next wait. Owner only.
   */
  @SuppressWarnings("ThreadPriorityCheck")
  void giveWay() {
    unbroken++;
    if (unbroken % BEFORE_REST == 0) {
      LockSupport.parkNanos(this, REST);
    } else if (unbroken % BEFORE_YIELD == 0) {
      Thread.yield();
    }
  }

  /** Waits until at least one of {@code wanted} is raised, and takes those that are. Owner only. */
  int await(int wanted) {
    for (; ; ) {
      int got = take(wanted);
      if (got != 0) {
        return got;
      }
      unbroken = 0;
      LockSupport.park(this);
      // An interrupt that somebody's code left behind would turn this wait into a spin. It means
      // nothing here: who wants this thread to end raises a reason.
      if (Thread.interrupted() && isRaised(FORCED)) {
        Thread.currentThread().interrupt();
      }
    }
  }

  @Override
  public void readable() {
    raise(READABLE);
  }

  @Override
  public void writable() {
    raise(WRITABLE);
  }

  /** Sets when DEADLINE is raised, or {@link #NEVER}. Owner only. */
  void deadline(long at) {
    deadline = at;
    if (at != NEVER) {
      sweeper.watch(this, at);
    }
  }

  long deadline() {
    return deadline;
  }

  /** True when the deadline has passed. A raised DEADLINE may be one that was moved since. */
  boolean due() {
    long at = deadline;
    return at != NEVER && sweeper.now() - at >= 0;
  }

  /** The sweeper's book-keeping: when it comes by. */
  long visit() {
    return visit;
  }

  void unvisited() {
    visit = NEVER;
  }

  boolean visitAt(long before, long tick) {
    return VISIT.compareAndSet(this, before, tick);
  }
}
