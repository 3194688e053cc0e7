// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.signals;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The watch over the deadlines of all connections. A new deadline costs one field write.
 *
 * <p>It is a hashed timing wheel (Varghese and Lauck, SOSP 1987, scheme 6), used lazily. A
 * connection whose deadline moves to a later time stays in its slot. When that slot comes up, the
 * sweeper looks at the deadline again and puts the connection into the slot where it now belongs.
 * So the sweeper looks at a busy connection with a timeout of a minute once every {@link #HORIZON},
 * however often the connection reads.
 *
 * <p>{@code Signals.visit} is the tick at which the wheel will look. The thread that moves it by
 * compare-and-set puts the entry into that tick's slot. An entry whose {@code visit} lies later
 * than the slot it is found in is stale, and dropped.
 *
 * <p>The sweeper sleeps until the next slot that holds an entry is due. It writes {@link #wakeAt}
 * before it looks for that slot. A thread that puts an entry into a slot reads {@link #wakeAt}
 * afterwards. The locks of the slots make one of the two see the other.
 *
 * <p>Thread: a platform thread of its own, so that handlers which keep every carrier busy cannot
 * stop the clock. Any thread may call {@link #watch} and {@link #now}.
 */
public final class DeadlineSweeper implements AutoCloseable {

  /** The entries of one tick, and of the ticks that are whole turns of the wheel away. */
  private static final class Slot {

    /** Guarded by this. */
    private final ArrayList<Signals> entries = new ArrayList<>(0);

    synchronized boolean isEmpty() {
      return entries.isEmpty();
    }

    synchronized void add(Signals signals) {
      entries.add(signals);
    }

    synchronized @Nullable Signals removeLast() {
      if (entries.isEmpty()) {
        entries.trimToSize(); // else a burst of entries would leave its room in every slot
        return null;
      }
      return entries.removeLast();
    }
  }

  private static final long TICK = Duration.ofMillis(10).toNanos();
  private static final int SLOTS = 1024;
  private static final Duration LONGEST = Duration.ofDays(36_500);

  /** No tick comes before this one. */
  private static final long AWAKE = Long.MIN_VALUE;

  /** The tick of an empty wheel: it does not come. */
  private static final long NONE = Long.MAX_VALUE;

  /** The furthest ahead the wheel looks. */
  static final Duration HORIZON = Duration.ofNanos(TICK * SLOTS);

  private final long origin = System.nanoTime();
  private final List<Slot> slots = new ArrayList<>();

  /** The tick last swept; written by the sweeper before it empties that tick's slot. */
  private volatile long swept;

  /** The tick until which the sweeper sleeps. An entry of an earlier tick wakes it. */
  private volatile long wakeAt = AWAKE;

  private volatile boolean closed;
  private final Thread thread;

  public DeadlineSweeper() {
    this(SLOTS);
  }

  /** Makes a sweeper whose wheel has {@code size} slots. */
  public DeadlineSweeper(int size) {
    for (int i = 0; i < size; i++) {
      slots.add(new Slot());
    }
    thread =
        Thread.ofPlatform()
            .inheritInheritableThreadLocals(false)
            .daemon()
            .name("thousandisland deadlines")
            .unstarted(this::sweep);
  }

  public static DeadlineSweeper started() {
    return new DeadlineSweeper().start();
  }

  DeadlineSweeper start() {
    thread.start();
    return this;
  }

  /** Nanoseconds since this sweeper began; the time that deadlines are given in. */
  public long now() {
    return System.nanoTime() - origin;
  }

  /**
   * The point in time {@code after} from now; {@link Signals#NEVER} when {@code after} is not
   * {@link #countable}.
   */
  public long in(Duration after) {
    return countable(after) ? now() + after.toNanos() : Signals.NEVER;
  }

  /** False for durations that are too long to end in practice: over a hundred years. */
  public static boolean countable(Duration duration) {
    return duration.compareTo(LONGEST) <= 0;
  }

  /** Makes sure that {@code signals} is looked at no later than {@code deadline}. */
  void watch(Signals signals, long deadline) {
    for (; ; ) {
      long planned = signals.visit();
      long tick = tickFor(deadline);
      if (planned <= tick) {
        return;
      }
      if (signals.visitAt(planned, tick)) {
        if (add(signals, tick)) {
          return;
        }
        signals.visitAt(tick, Signals.NEVER); // the sweeper was faster; try the next tick
      }
    }
  }

  /** The first tick at which {@code deadline} has passed, within the range of the wheel. */
  private long tickFor(long deadline) {
    long next = swept + 1;
    long due = deadline / TICK + 1;
    return Math.max(next, Math.min(due, next + slots.size() - 2));
  }

  private boolean add(Signals signals, long tick) {
    Slot slot = slot(tick);
    try {
      synchronized (slot) {
        if (swept >= tick) {
          return false;
        }
        slot.add(signals);
      }
    } catch (OutOfMemoryError e) { // undo the plan, else no thread would plan a visit again
      signals.visitAt(tick, Signals.NEVER);
      throw e;
    }
    if (tick < wakeAt) {
      LockSupport.unpark(thread);
    }
    return true;
  }

  private Slot slot(long tick) {
    return slots.get((int) (tick % slots.size()));
  }

  private void sweep() {
    while (!closed) {
      try {
        sleep();
        sweepTo(now() / TICK);
      } catch (Throwable e) { // whatever it is: the clock of all servers goes on
        LockSupport.parkNanos(this, TICK);
      }
    }
  }

  private void sleep() {
    wakeAt = NONE;
    long next = nextEntry();
    wakeAt = next;
    if (next == NONE) {
      LockSupport.park(this);
    } else {
      LockSupport.parkNanos(this, next * TICK - now()); // not at all when that time is over
    }
    wakeAt = AWAKE;
  }

  /** The next tick whose slot holds an entry. */
  private long nextEntry() {
    long last = swept + slots.size();
    for (long tick = swept + 1; tick <= last; tick++) {
      if (!slot(tick).isEmpty()) {
        return tick;
      }
    }
    return NONE;
  }

  /** On the sweeper's thread only. */
  void sweepTo(long target) {
    // After a long rest each slot is emptied once: that finds every entry.
    for (long tick = Math.max(swept, target - slots.size()) + 1; tick <= target; tick++) {
      swept = tick;
      // One entry after the other: to take all together would need memory, and may fail.
      Slot slot = slot(tick);
      for (Signals next = slot.removeLast(); next != null; next = slot.removeLast()) {
        look(next, tick);
      }
    }
  }

  private void look(Signals signals, long tick) {
    if (signals.visit() > tick) {
      return; // stale: it was put into a later slot meanwhile, or into no slot
    }
    // Order matters: first say that no visit is planned, then read the deadline. An owner does it
    // the other way round (writes the deadline, then reads the plan), so one of the two sees the
    // other's write and plans the next visit.
    signals.unvisited();
    try {
      if (signals.due()) {
        signals.raise(Signals.DEADLINE);
      } else if (signals.deadline() != Signals.NEVER) {
        watch(signals, signals.deadline());
      }
    } catch (Throwable e) { // for lack of memory, for example
      lookAgainLater(signals, tick);
    }
  }

  /** Looks again after a turn of the wheel. The slot has room: the entry was in it a moment ago. */
  private void lookAgainLater(Signals signals, long tick) {
    long next = tick + slots.size();
    if (signals.visitAt(Signals.NEVER, next)) {
      slot(tick).add(signals);
    }
  }

  @Override
  public void close() {
    closed = true;
    LockSupport.unpark(thread);
  }
}
