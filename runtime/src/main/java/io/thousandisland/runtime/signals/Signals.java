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
 * followed by an unpark, so none is lost: a permit given before the owner parks ends that park at
 * once.
 *
 * <p>An owner that has nothing to do may also {@link #rest} instead of waiting: then there is no
 * owner and no thread. The raise that ends the rest finds somebody to go on, who is the next owner:
 * the very thread that raises, if the transport lent it; or one that the transport lends soon, when
 * it is asked; or else a new one.
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

  /** What goes on when a rest ends. */
  public interface Resting {

    /** Goes on as the owner, on the calling thread, which the transport lent. */
    void goOnHere(ThreadLender lender);

    /** Goes on, on a thread that becomes the owner. */
    void goOnElsewhere();

    /**
     * Asks for a thread on which {@link Signals#lent} is called soon; false when there is none to
     * be had, or it would not be used.
     */
    default boolean askForThread() {
      return false;
    }

    /** Whether a lent thread would be used. */
    default boolean takesThread() {
      return false;
    }

    /** What its threads are called. */
    String label();
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

  /** The generation that a connection is in is to be left. */
  public static final int MIGRATE = 1 << 14;

  /** The generation that a connection is in is to end: advice to finish. */
  public static final int RETIRE = 1 << 15;

  /** A send that waits is to leave what is unsent to the connection. */
  public static final int HAND_OVER = 1 << 16;

  /** A connection is to begin, or to go on after others had their turn. */
  private static final int GO_ON = 1 << 17;

  // What ends a thread's work is never taken back: it stays raised however often it was seen.
  public static final int CLOSE = 1 << 10;
  public static final int SHUTDOWN = 1 << 11;
  public static final int FORCED = 1 << 12;
  public static final int STOP = 1 << 13;

  /** What ends a conversation. */
  public static final int ENDING = CLOSE | SHUTDOWN | FORCED;

  private static final int STICKY = ENDING | STOP;

  /** No reason, but that there is no owner. Set by the owner as its last act; cleared once. */
  private static final int AT_REST = 1 << 30;

  /** No reason, but that a thread was asked for and has not come yet. */
  private static final int ASKED = 1 << 29;

  /** The deadline of a thread that waits for ever. */
  public static final long NEVER = Long.MAX_VALUE;

  private static final Resting NOTHING =
      new Resting() {
        @Override
        public void goOnHere(ThreadLender lender) {}

        @Override
        public void goOnElsewhere() {}

        @Override
        public String label() {
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
   * Turns without a wait before others have theirs: half a mebibyte each way with buffers of the
   * default size.
   */
  private static final int BEFORE_YIELD = 8;

  /** A multiple of that. Reckoned to cost a fiftieth of the speed of an endless stream. */
  private static final int BEFORE_PARK = 256;

  private static final long PARKED = TimeUnit.MICROSECONDS.toNanos(10);

  private final DeadlineSweeper sweeper;

  /** What rests here; the owner's, and of whoever ends a rest. */
  private Resting resting;

  /** What ends a rest; written by the owner before it rests, read by who raises. */
  private int restsFor;

  /**
   * Who to wake. An owner writes this before it looks at what is raised; who raises does so before
   * it looks at this. So one sees the other.
   */
  private volatile @Nullable Thread owner;

  /** Not null while the owner is on a thread that was lent, and that it must not wait on. */
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

  /** Owned by the calling thread until another is named. */
  public Signals(DeadlineSweeper sweeper) {
    this(sweeper, NOTHING);
    owner = Thread.currentThread();
  }

  /** Owned by nobody until an owner is named; may rest. */
  public Signals(DeadlineSweeper sweeper, Resting resting) {
    this.sweeper = sweeper;
    this.resting = resting;
  }

  /** The owner is {@code thread}, on which it may wait. */
  public void owner(Thread thread) {
    lender = null;
    owner = thread;
  }

  /**
   * The owner goes, and another thread that it has asked to takes its place.
   *
   * @return what to give to {@link #comeBack} if there was no such thread
   */
  public @Nullable ThreadLender leave() {
    ThreadLender mine = lender;
    lender = null;
    owner = null;
    return mine;
  }

  /** The owner is the calling thread again. */
  public void comeBack(@Nullable ThreadLender mine) {
    owner(Thread.currentThread());
    lender = mine;
  }

  /**
   * The owner's last act. From now on this keeps neither the thread nor what ran on it, however
   * long a {@link io.thousandisland.runtime.connection.Mailbox} or the sweeper's wheel keeps this.
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
      return true; // who asked first sees to it
    }
    try {
      if (resting.askForThread()) {
        return true;
      }
    } catch (Throwable noMemory) {
      // then there is none
    }
    // Who saw ASKED meanwhile relies on the caller, which ends the rest by itself now.
    RAISED.getAndBitwiseAnd(this, ~ASKED);
    return false;
  }

  private void goOnElsewhere() {
    if (endRest()) {
      try {
        resting.goOnElsewhere();
      } catch (Throwable noThread) { // no memory for one, say
        restOn();
      }
    }
  }

  /** True for the one who is to see to it that there is an owner. */
  private boolean endRest() {
    return ((int) RAISED.getAndBitwiseAnd(this, ~AT_REST) & AT_REST) != 0;
  }

  /**
   * Nobody could be found to go on: rests as before, and tries again soon. The caller has ended the
   * rest, so until AT_REST is set again everything of the owner's is the caller's.
   */
  private void restOn() {
    deadline = sweeper.now();
    try {
      sweeper.watch(this, deadline);
    } catch (Throwable noMemory) {
      // then the next raise tries again
    } finally {
      RAISED.getAndBitwiseOr(this, AT_REST);
    }
  }

  /**
   * Rests until one of {@code wanted} is raised.
   *
   * @return false when one is raised already; else the caller is not the owner any more, and must
   *     touch nothing of the owner's
   */
  public boolean rest(int wanted) {
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
    lender = mine;
    owner = me;
    return false;
  }

  /**
   * Rests from the beginning on, until the thread comes that is asked for here. False when there is
   * none: then nothing has happened.
   */
  public boolean beginLent() {
    return rest(GO_ON) && restUntilLent();
  }

  /**
   * The owner has had many turns on a lent thread without a wait: others have theirs before it goes
   * on.
   *
   * @param wanted ends the rest, too
   * @return true when the caller is not the owner any more, as in {@link #rest}
   */
  public boolean letOthers(int wanted) {
    if (lender == null || ++unbroken < BEFORE_YIELD) {
      return false;
    }
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

  /** Asks for a thread to end the rest that has begun; false when there is none, and no rest. */
  private boolean restUntilLent() {
    RAISED.getAndBitwiseOr(this, GO_ON);
    if (askForThread() || !endRest()) { // without a thread somebody else may have ended it, though
      return true;
    }
    int unused = take(GO_ON);
    return false;
  }

  /** Interrupts the owner, if there is one. The caller sees to it that it is the right time. */
  public void interrupt() {
    Thread now = owner;
    if (now != null) {
      now.interrupt();
    }
  }

  /** True when {@code thread} is the owner. Any thread. */
  public boolean isOwnedBy(Thread thread) {
    return owner == thread;
  }

  /** True when one of {@code reasons} is raised; takes nothing. Any thread. */
  public boolean isRaised(int reasons) {
    return (raised & reasons) != 0;
  }

  /** Takes those of {@code wanted} that are raised, without waiting. Owner only. */
  public int take(int wanted) {
    int got = raised & wanted;
    if ((got & ~STICKY) != 0) {
      RAISED.getAndBitwiseAnd(this, ~(got & ~STICKY));
    }
    return got;
  }

  /** As {@link #take}, for an owner that could go on for ever. Owner only. */
  public int takeTurn(int wanted) {
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
  public void giveWay() {
    if (lender != null) {
      return; // its poller has others in view, and lets nobody keep it for long
    }
    unbroken++;
    if (unbroken % BEFORE_PARK == 0) {
      LockSupport.parkNanos(this, PARKED);
    } else if (unbroken % BEFORE_YIELD == 0) {
      keepThread();
      Thread.yield();
    }
  }

  /** Whether the owner is on a thread that was lent. Owner only. */
  public boolean isLent() {
    return lender != null;
  }

  /** From now on the owner may wait, and work for long: its thread is lent no more. Owner only. */
  public void keepThread() {
    ThreadLender from = lender;
    if (from != null) {
      lender = null;
      from.keep();
      Thread.currentThread().setName(resting.label());
    }
  }

  /**
   * As {@link #await}, and until one of {@code seen} is raised that was not raised before; that one
   * is not taken. Owner only.
   *
   * @return what was taken, and what was seen
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

  /** Waits until at least one of {@code wanted} is raised, and takes those that are. Owner only. */
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
    // An interrupt that somebody's code left behind would turn this wait into a spin. It means
    // nothing here: whatever is to end this thread raises a reason.
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

  /** Sets when DEADLINE is raised, or {@link #NEVER}. Owner only. */
  public void deadline(long at) {
    deadline = at;
    if (at != NEVER) {
      sweeper.watch(this, at);
    }
  }

  public long deadline() {
    return deadline;
  }

  /** True when the deadline has passed. A raised DEADLINE may be one that was moved since. */
  public boolean due() {
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
