// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.signals;

import io.thousandisland.transport.Readiness;
import io.thousandisland.transport.ThreadLender;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The one place where a thread of the tree waits: a set of reasons to go on, and a deadline.
 *
 * <p>One thread, the owner, takes and awaits; any thread may raise. A raise is an atomic OR
 * followed by an unpark, so no raise is lost: a permit given before the owner parks ends that park
 * at once.
 *
 * <p>An owner that has nothing to do may also {@link #rest} instead of waiting. Then there is no
 * owner and no thread. The raise that ends the rest finds a thread to go on, which is the next
 * owner: the very thread that raises, if the transport lent it; or a thread that the transport
 * lends soon, when it is asked; or else a new thread.
 *
 * <pre>
 *             rest: nothing is raised
 *   OWNED ─────────────────────────────▶ AT REST
 *     ▲                                     │
 *     ├────── raise: go on, somewhere ──────┤
 *     │                                     │
 *     └───── lent ◀───── raise: ask ────────┘
 * </pre>
 */
public final class Signals implements Readiness {

  /** The work that goes on when a rest ends. */
  public interface Resting {

    /** Goes on as the owner, on the calling thread, which the transport lent. */
    void goOnHere(ThreadLender lender);

    /** Goes on on another thread, which becomes the owner. */
    void goOnElsewhere();

    /**
     * Asks for a thread on which {@link Signals#lent} is called soon; false when there is no such
     * thread, or it would not be used.
     */
    default boolean askForThread() {
      return false;
    }

    /** Whether a lent thread would be used. */
    default boolean takesThread() {
      return false;
    }

    /** The name of its threads. */
    String threadName();
  }

  public static final int READABLE = 1;
  public static final int WRITABLE = 1 << 1;
  public static final int MESSAGE = 1 << 2;
  public static final int DEADLINE = 1 << 3;
  public static final int HANDLER = 1 << 4;
  public static final int DRAIN = 1 << 5;

  /** An acceptor's turn at its listening channel has come. */
  public static final int TURN = 1 << 6;

  /** A place for one more connection may be free. */
  public static final int PERMIT = 1 << 7;

  public static final int PAUSE = 1 << 8;
  public static final int RESUME = 1 << 9;

  /** A connection is to leave its generation. */
  public static final int MIGRATE = 1 << 14;

  /** The generation of a connection is to end: advice to finish. */
  public static final int RETIRE = 1 << 15;

  /** A send that waits is to leave its unsent bytes to the connection. */
  public static final int HAND_OVER = 1 << 16;

  /** A connection is to begin, or to go on after other connections had their turns. */
  private static final int GO_ON = 1 << 17;

  // A reason that ends a thread's work is never taken back: it stays raised, however often seen.
  public static final int CLOSE = 1 << 10;
  public static final int SHUTDOWN = 1 << 11;
  public static final int FORCED = 1 << 12;
  public static final int STOP = 1 << 13;

  /** The peer was silent or slow for too long. */
  public static final int EXPIRE = 1 << 18;

  /** The reasons that end a conversation. */
  public static final int ENDING = CLOSE | SHUTDOWN | FORCED | EXPIRE;

  private static final int STICKY = ENDING | STOP;

  /** Not a reason: says that there is no owner. Set by the owner as its last act; cleared once. */
  private static final int AT_REST = 1 << 30;

  /** Not a reason: says that a thread was asked for and has not come yet. */
  private static final int ASKED = 1 << 29;

  /** The deadline of a thread that waits without a limit. */
  public static final long NEVER = Long.MAX_VALUE;

  private static final Resting NOTHING =
      new Resting() {
        @Override
        public void goOnHere(ThreadLender lender) {}

        @Override
        public void goOnElsewhere() {}

        @Override
        public String threadName() {
          return "";
        }
      };

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

  /**
   * Turns without a wait before other threads have theirs: half a mebibyte each way with buffers of
   * the default size.
   */
  private static final int BEFORE_YIELD = 8;

  /**
   * Turns without a wait before the owner parks: a multiple of {@link #BEFORE_YIELD}. Estimated
   * cost: 1/50 of the speed of an endless stream.
   */
  private static final int BEFORE_PARK = 256;

  private static final long PARKED = TimeUnit.MICROSECONDS.toNanos(10);

  private final DeadlineSweeper sweeper;

  /** The work that rests here; belongs to the owner, and to the thread that ends a rest. */
  private Resting resting;

  /**
   * The reasons that end a rest; written by the owner before it rests, read by threads that raise.
   */
  private int restsFor;

  /**
   * The thread to unpark. The owner writes this, then reads {@link #raised}; a thread that raises
   * writes {@link #raised}, then reads this. So one sees the other.
   */
  private volatile @Nullable Thread owner;

  /** Not null while the owner is on a lent thread, on which it must not wait. */
  private @Nullable ThreadLender lender;

  /** ORed by any thread, cleared by the owner. */
  @SuppressWarnings("unused") // by VarHandle
  private volatile int raised;

  /** Turns since the owner last waited; the owner's own. */
  private int unbroken;

  /** In the sweeper's time; written by the owner, read by the sweeper. */
  private volatile long deadline = NEVER;

  /** The tick at which the sweeper will look here next; see {@link DeadlineSweeper}. */
  private volatile long visit = NEVER;

  /** Makes signals that the calling thread owns until another owner is named. */
  public Signals(DeadlineSweeper sweeper) {
    this(sweeper, NOTHING);
    owner = Thread.currentThread();
  }

  /** Makes signals that have no owner until one is named, and that may rest. */
  public Signals(DeadlineSweeper sweeper, Resting resting) {
    this.sweeper = sweeper;
    this.resting = resting;
  }

  /** Makes {@code thread} the owner; the owner may wait on it. */
  public void owner(Thread thread) {
    lender = null;
    owner = thread;
  }

  /**
   * The owner goes, and another thread that it has asked takes its place.
   *
   * @return the argument for {@link #comeBack} if there was no such thread
   */
  public @Nullable ThreadLender leave() {
    ThreadLender mine = lender;
    lender = null;
    owner = null;
    return mine;
  }

  /** Makes the calling thread the owner again. */
  public void comeBack(@Nullable ThreadLender mine) {
    owner(Thread.currentThread());
    lender = mine;
  }

  /**
   * The owner's last act. From now on these signals keep neither the thread nor the work that ran
   * on it, however long a {@link io.thousandisland.runtime.connection.Mailbox} or the sweeper's
   * wheel keeps the signals.
   */
  public void end() {
    deadline = NEVER;
    owner = null;
    resting = NOTHING;
  }

  /** Adds reasons, and wakes the owner or ends the rest. Any thread; never blocks. */
  public void raise(int reasons) {
    int before = (int) RAISED.getAndBitwiseOr(this, reasons);
    if ((before & AT_REST) == 0) {
      if ((before & reasons) != reasons) {
        LockSupport.unpark(owner);
      }
    } else if ((reasons & restsFor) != 0 && !askForThread()) {
      goOnElsewhere();
    }
  }

  /** True when a lent thread will come, and end the rest. */
  private boolean askForThread() {
    if (((int) RAISED.getAndBitwiseOr(this, ASKED) & ASKED) != 0) {
      return true; // the thread that asked first takes care of it
    }
    try {
      if (resting.askForThread()) {
        return true;
      }
    } catch (Throwable noMemory) {
      // then there is no thread
    }
    // A thread that saw ASKED meanwhile relies on the caller, which now ends the rest by itself.
    RAISED.getAndBitwiseAnd(this, ~ASKED);
    return false;
  }

  private void goOnElsewhere() {
    if (endRest()) {
      try {
        resting.goOnElsewhere();
      } catch (Throwable noThread) { // for lack of memory, for example
        restOn();
      }
    }
  }

  /** True for the one caller that must make sure that there is an owner. */
  private boolean endRest() {
    return ((int) RAISED.getAndBitwiseAnd(this, ~AT_REST) & AT_REST) != 0;
  }

  /**
   * Rests as before, and tries again soon, because no thread was found to go on. The caller has
   * ended the rest, so until AT_REST is set again everything of the owner's is the caller's.
   */
  private void restOn() {
    long soon = sweeper.now();
    deadline = soon;
    restsFor |= DEADLINE; // work that rests without a deadline, such as an acceptor's, has one now
    RAISED.getAndBitwiseOr(this, AT_REST); // first: the sweeper may look at once
    try {
      sweeper.watch(this, soon);
    } catch (Throwable noMemory) {
      // then the next raise tries again
    }
  }

  /**
   * Rests until one of {@code wanted} is raised.
   *
   * @return false when one is raised already; else the caller is not the owner any more, and must
   *     touch nothing of the owner's
   */
  public boolean rest(int wanted) {
    int turns = unbroken;
    unbroken = 0;
    restsFor = wanted;
    Thread me = owner;
    ThreadLender mine = lender;
    owner = null;
    lender = null;
    for (int now = raised; (now & wanted) == 0; now = raised) {
      if (RAISED.compareAndSet(this, now, now | AT_REST)) {
        return true;
      }
    }
    unbroken = turns;
    lender = mine;
    owner = me;
    return false;
  }

  /**
   * Rests from the beginning on, until the thread that is asked for here comes. False when there is
   * no such thread: then nothing has happened.
   */
  public boolean beginLent() {
    return rest(GO_ON) && restUntilLent();
  }

  /**
   * Rests when the owner has had many turns on a lent thread without a wait, so that other owners
   * have their turns before it goes on.
   *
   * @param wanted reasons that end the rest, too; the work that waits for its turn is not among
   *     them
   * @return true when the caller is not the owner any more, as in {@link #rest}
   */
  public boolean letOthers(int wanted) {
    if (lender == null || ++unbroken < BEFORE_YIELD) {
      return false;
    }
    unbroken = 0;
    Thread me = owner;
    ThreadLender mine = lender;
    int unused = take(GO_ON);
    if (!rest(wanted | GO_ON)) {
      return false;
    }
    if (restUntilLent()) {
      return true;
    }
    lender = mine;
    owner = me;
    return false;
  }

  /**
   * Asks for a thread to end the rest that has begun; false when there is no thread, and no rest.
   */
  private boolean restUntilLent() {
    RAISED.getAndBitwiseOr(this, GO_ON);
    if (askForThread() || !endRest()) { // no lent thread, but another may have ended the rest
      return true;
    }
    int unused = take(GO_ON);
    return false;
  }

  /** Interrupts the owner, if there is one. The caller makes sure that it is the right time. */
  public void interrupt() {
    Thread now = owner;
    if (now != null) {
      now.interrupt();
    }
  }

  /** True while the owner waits here, or rests. Any thread; may be a moment old. */
  public boolean waits() {
    Thread now = owner;
    return now == null || LockSupport.getBlocker(now) == this;
  }

  /** True when {@code thread} is the owner. Any thread. */
  public boolean isOwnedBy(Thread thread) {
    return owner == thread;
  }

  /** True when one of {@code reasons} is raised; takes nothing. Any thread. */
  public boolean isRaised(int reasons) {
    return (raised & reasons) != 0;
  }

  /** Takes the reasons of {@code wanted} that are raised, without waiting. Owner only. */
  public int take(int wanted) {
    int got = raised & wanted;
    if ((got & ~STICKY) != 0) {
      RAISED.getAndBitwiseAnd(this, ~(got & ~STICKY));
    }
    return got;
  }

  /** As {@link #take}, for an owner that could go on without end. Owner only. */
  public int takeTurn(int wanted) {
    giveWay();
    return take(wanted);
  }

  /**
   * Lets other threads run now and then. Called for each read and write that does not wait:
   * otherwise a connection that is flooded, or floods, would never leave its carrier.
   *
   * <p>A yield alone does not let every thread run. The scheduler's worker goes on with the queue
   * that the thread comes back to, and looks at no other queue for as long as that queue holds a
   * thread. Threads woken by the sweeper, by drains and by the poller's own waker wait in other
   * queues. So now and then the owner parks. Owner only.
   */
  @SuppressWarnings("ThreadPriorityCheck")
  public void giveWay() {
    if (lender != null) {
      return; // its poller sees other connections, and lets no connection keep it for long
    }
    unbroken++;
    if (unbroken % BEFORE_PARK == 0) {
      parkForAMoment();
    } else if (unbroken % BEFORE_YIELD == 0) {
      keepThread();
      Thread.yield();
    }
  }

  /**
   * Parks, although a raise may have left a permit: with it the first park returns at once. A
   * permit that is used up here does no harm, because the owner looks at the raised reasons before
   * its next wait.
   */
  private void parkForAMoment() {
    long until = System.nanoTime() + PARKED;
    do {
      LockSupport.parkNanos(this, PARKED);
    } while (System.nanoTime() - until < 0);
  }

  /** Whether the owner is on a lent thread. Owner only. */
  public boolean isLent() {
    return lender != null;
  }

  /** Keeps the lent thread: from now on the owner may wait, and work for long. Owner only. */
  public void keepThread() {
    ThreadLender from = lender;
    if (from != null) {
      lender = null;
      from.keep();
      Thread.currentThread().setName(resting.threadName());
    }
  }

  /**
   * As {@link #await}, and until a reason of {@code seen} is raised that was not raised before.
   * That reason is not taken. Owner only.
   *
   * @return the reasons that were taken, and the reasons that were seen
   */
  public int awaitOrSee(int wanted, int seen) {
    int news = seen & ~raised;
    for (; ; ) {
      int got = take(wanted) | (raised & news);
      if (got != 0) {
        return got;
      }
      park();
    }
  }

  /** Waits until at least one of {@code wanted} is raised, and takes all that are. Owner only. */
  public int await(int wanted) {
    for (; ; ) {
      int got = take(wanted);
      if (got != 0) {
        return got;
      }
      park();
    }
  }

  private void park() {
    unbroken = 0;
    keepThread();
    LockSupport.park(this);
    dropInterrupt(); // it would turn this wait into a spin
  }

  /**
   * Forgets an interrupt that foreign code has left behind. It means nothing here, because code
   * that is to end this thread raises a reason. Owner only.
   */
  public void dropInterrupt() {
    if (Thread.interrupted() && isRaised(FORCED)) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void readable() {
    raise(READABLE);
  }

  @Override
  public void readable(ThreadLender lent) {
    int before = (int) RAISED.getAndBitwiseOr(this, READABLE);
    if ((before & AT_REST) == 0) {
      if ((before & READABLE) == 0) {
        LockSupport.unpark(owner);
      }
    } else if ((restsFor & READABLE) != 0 && endRest()) {
      goOnHere(lent);
    }
  }

  @Override
  public void lent(ThreadLender lent) {
    int before = (int) RAISED.getAndBitwiseAnd(this, ~ASKED);
    if ((before & AT_REST) != 0 && (before & restsFor) != 0 && endRest()) {
      goOnHere(lent);
    }
  }

  private void goOnHere(ThreadLender lent) {
    owner(Thread.currentThread());
    lender = lent;
    resting.goOnHere(lent);
  }

  @Override
  public boolean takesThread() {
    return resting.takesThread();
  }

  @Override
  public void writable() {
    raise(WRITABLE);
  }

  /** Sets the time at which DEADLINE is raised, or {@link #NEVER}. Owner only. */
  public void deadline(long at) {
    deadline = at;
    if (at != NEVER) {
      sweeper.watch(this, at);
    }
  }

  public long deadline() {
    return deadline;
  }

  /**
   * True when the deadline has passed. A raised DEADLINE may be of a deadline that was moved since.
   */
  public boolean due() {
    long at = deadline;
    return at != NEVER && sweeper.now() - at >= 0;
  }

  /** The sweeper's book-keeping: the tick of its next look. */
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
