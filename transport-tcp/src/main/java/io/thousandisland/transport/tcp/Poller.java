package io.thousandisland.transport.tcp;

import io.thousandisland.transport.ThreadLender;
import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One selector and the thread that asks it.
 *
 * <p>The thread blocks in the selector, tells what it found, gives those a turn who have asked for
 * one, and looks again without blocking until nothing is left. A virtual thread also steps aside
 * then, which is what makes it cheap: the connections that were told run on the same carrier, and
 * have drained their channels before the next look.
 *
 * <p><strong>Lending it.</strong> Who is told may also do its work on this thread. When it then has
 * to wait it keeps the thread, and a new one takes the {@link Lead} here, in the middle of what is
 * found but not yet told. When it stays away for long without a word, {@link PollerWatch} does the
 * same. So telling happens outside of the selection, whose locks the other thread would hold. A
 * thread is lent only while there is a place on {@link Standby} for the one that would follow.
 *
 * <p><strong>Waking it.</strong> A selector takes notice of changed interest, new and cancelled
 * keys when a selection begins. {@code wakeup} is a system call, so it is made only when the poller
 * may be blocked: the poller sets {@link #sleeping}, <em>then</em> begins a selection; others make
 * their change, <em>then</em> read {@code sleeping}. Both are volatile, so in their one order
 * either the read comes after the write and finds true, and {@code wakeup} ends the selection; or
 * it comes before, and so does the change, and the selection that follows takes notice of it. The
 * same holds for {@link #releases}, {@link #asking} and {@link #renewing}, which it looks at after
 * it has set the flag.
 *
 * <p>Thread: private methods the leading one, {@link #keep} any that was lent, the others any.
 */
final class Poller implements Closeable, ThreadLender {

  /** Somebody who has asked for a thread. */
  interface Turn {
    /**
     * The turn that was asked for.
     *
     * @param lender lends the calling thread
     */
    void turn(ThreadLender lender);
  }

  private static final Duration PATIENCE = Duration.ofSeconds(1);
  private static final long PAUSE_AFTER_FAILURE = TimeUnit.MILLISECONDS.toNanos(10);
  private static final long REST = TimeUnit.MICROSECONDS.toNanos(10);

  /** Reckoned to cost a four-hundredth; under small echoes others wait a tenth of a second. */
  private static final int STEPS_BEFORE_REST = 512;

  /**
   * So many channels are told before the poller steps aside: few enough that what they are made of
   * is still in the processor's cache when they run. Any number from 8 to 64 is about as good.
   */
  private static final int TOLD_AT_ONCE = 32;

  /** So many turns are given before the poller looks for what else has come. */
  private static final int TURNS_AT_ONCE = 64;

  private final Selector selector;
  private final Lead lead;
  private final Consumer<SelectionKey> find;
  private final Standby standby;
  private final Runnable awake;

  private final Releases releases = new Releases();

  /** Who has asked for a turn on this poller's thread. */
  private final Queue<Turn> asking = new ConcurrentLinkedQueue<>();

  private final CountDownLatch ended = new CountDownLatch(1);

  // ---- the leading thread's; the next one begins after they were written

  /** What the last selection found, and how many of it have been told. */
  private final List<SelectionKey> found = new ArrayList<>();

  private int told;

  /** How many of those were invalid. */
  private int cancelled;

  /** How often it stepped aside. */
  private int steps;

  /** Whether it may lend itself: it holds a place for the thread that would follow. */
  private boolean place;

  /** Whether the leading thread is one that lets others run by stepping aside. */
  private boolean stepsAside;

  /** To be closed when their keys are released. Also of a thread that is losing the lead. */
  private final Queue<SelectableChannel> leaving = new ConcurrentLinkedQueue<>();

  /** Read by whoever changed something that a blocked selection would not see. */
  private volatile boolean sleeping;

  /** Written by whoever wants another thread to lead, and by the one that then begins. */
  private volatile boolean renewing;

  /** Read by the poller, and by whoever registers at the last moment. */
  private volatile boolean closing;

  /** Whether there is a thread to be ended. */
  private volatile boolean started;

  /**
   * @param standby how many threads may be away
   * @param awake told by the leading thread, after each sleep
   */
  Poller(ThreadFactory threads, Standby standby, Runnable awake) throws IOException {
    this.standby = standby;
    this.awake = awake;
    selector = Selector.open();
    find = found::add;
    lead = new Lead(threads, this::run);
  }

  void start() {
    started = true;
    lead.start();
  }

  /**
   * Adds {@code channel} with {@code op} as its interest.
   *
   * @throws ClosedSelectorException when this poller is closing or closed
   */
  void register(SelectableChannel channel, int op, Polled polled) throws ClosedChannelException {
    channel.register(selector, op, polled);
    // The last look at the keys may have been before this one was among them.
    if (closing) {
      throw new ClosedSelectorException();
    }
  }

  /** The key of {@code channel} here; null when it is not registered. */
  @Nullable SelectionKey keyOf(SelectableChannel channel) {
    return channel.keyFor(selector);
  }

  /**
   * Closes {@code channel} after the next look, if the calling thread leads: the look releases the
   * key, and a channel without one is closed with a single system call. One that is registered has
   * to be shut down first (two more, and an error when the peer has gone).
   *
   * @return false when it does not lead, and {@code channel} is to be closed at once
   */
  boolean closeWhenReleased(SelectableChannel channel) {
    SelectionKey key = lead.isMine() ? channel.keyFor(selector) : null;
    if (key == null) {
      return false;
    }
    key.cancel();
    leaving.add(channel);
    // A thread that was lent may have lost the lead meanwhile, and the next look may be far away.
    return lead.isMine() || !leaving.remove(channel);
  }

  /** How many channels are registered. */
  int channels() {
    return selector.isOpen() ? selector.keys().size() : 0;
  }

  /** Makes a blocked selection begin anew. */
  void wakeUp() {
    if (sleeping) {
      selector.wakeup();
    }
  }

  /**
   * Waits until the descriptors of channels closed before are released. On the poller's own thread
   * it does not: there the next selection, which comes at once, releases them.
   */
  void awaitReleased() {
    if (lead.isMine()) {
      return;
    }
    CountDownLatch release = releases.ask();
    wakeUp();
    if (ended.getCount() > 0) { // else it may have granted all before; so has the selector
      Releases.await(release, PATIENCE);
    }
  }

  /** Does nothing when it was away for so long that another leads already. */
  @Override
  public void keep() {
    lead.passIfAway();
  }

  /** Has another thread lead if the one that does is lent since the last call. The watch only. */
  void lookAfter() {
    lead.passIfAwayForLong();
  }

  boolean sleeps() {
    return sleeping;
  }

  /**
   * Has {@code turn} called soon, on this poller's thread, or on a virtual one while it has none to
   * lend.
   *
   * @return false when this poller is closing
   */
  boolean ask(Turn turn) {
    if (closing) {
      return false;
    }
    asking.add(turn);
    wakeUp();
    return !closing || !asking.remove(turn);
  }

  @Override
  public void renew() {
    renewing = true;
    wakeUp();
  }

  /** Ends the thread, which closes every channel still registered and tells so. Idempotent. */
  @Override
  public void close() throws IOException {
    closing = true;
    if (!started) {
      selector.close();
      return;
    }
    selector.wakeup();
    if (!lead.isMine()) {
      try {
        boolean unused = ended.await(PATIENCE.toNanos(), TimeUnit.NANOSECONDS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt(); // it ends by itself, only unwatched
      }
    }
  }

  private void run() {
    place = false; // the leader before keeps its own until it is back
    stepsAside = Thread.currentThread().isVirtual();
    boolean mine = true;
    while (mine && !closing) {
      try {
        mine = turn();
      } catch (Throwable e) {
        sleeping = false;
        report(e);
        forgetInterrupt();
        LockSupport.parkNanos(PAUSE_AFTER_FAILURE); // not at full speed, should it fail again
      }
    }
    if (mine) {
      end();
    }
  }

  /** False when this thread has lost the lead. */
  private boolean turn() throws IOException {
    if (renewing) {
      renewing = false;
      givePlaceBack();
      return lead.pass();
    }
    if (!place) {
      place = standby.take();
    }
    if (!tellAll() || !giveTurns()) {
      return false;
    }
    stepAside();
    if (!look()) {
      block();
    }
    return true;
  }

  private void block() throws IOException {
    sleeping = true;
    if (releases.noneAsked() && asking.isEmpty() && !renewing && !closing) {
      selector.select(find);
    }
    sleeping = false;
    forgetInterrupt();
    awake.run();
  }

  /** Looks without blocking; true when another look may find more. */
  private boolean look() throws IOException {
    CountDownLatch release = releases.next();
    selector.selectNow(find);
    closeLeaving();
    if (release != null) {
      release.countDown();
    }
    return !found.isEmpty() || release != null;
  }

  private void closeLeaving() {
    for (SelectableChannel channel; (channel = leaving.poll()) != null; ) {
      try {
        channel.close();
      } catch (Throwable e) { // the others are closed all the same
        report(e);
      }
    }
  }

  /** Tells what was found; false when this thread has lost the lead meanwhile. */
  private boolean tellAll() {
    while (told < found.size()) {
      SelectionKey key = found.get(told);
      told++;
      int ops = readyOps(key);
      if (ops != 0 && !tell((Polled) key.attachment(), ops)) {
        return false;
      }
      if (told % TOLD_AT_ONCE == 0) {
        stepAside();
      }
    }
    if (told > 0 && told == cancelled) {
      // A key that is invalid but not yet among the selector's cancelled ones is found again and
      // again, until whoever closes its channel gets on; that thread may wait for our carrier.
      rest();
    }
    found.clear();
    told = 0;
    cancelled = 0;
    return true;
  }

  /** What {@code key} was found ready for; nothing when it was cancelled since. */
  private int readyOps(SelectionKey key) {
    try {
      return key.readyOps();
    } catch (CancelledKeyException closed) {
      cancelled++; // whoever closed its channel has told
      return 0;
    }
  }

  /** False when this thread has lost the lead meanwhile. */
  private boolean tell(Polled channel, int ops) {
    if (!place) {
      ready(channel, ops, null);
      return true;
    }
    long trip = lead.lend();
    ready(channel, ops, this);
    return back(trip);
  }

  private void ready(Polled channel, int ops, @Nullable ThreadLender lender) {
    try {
      channel.ready(ops, lender);
    } catch (Throwable e) {
      report(e);
    }
    forgetInterrupt();
  }

  private boolean back(long trip) {
    boolean leads = lead.back(trip);
    if (!leads) {
      standby.give(); // the place that this thread had taken
    }
    return leads;
  }

  private void givePlaceBack() {
    if (place) {
      place = false;
      standby.give();
    }
  }

  /** Gives some of those who asked their turn; false when this thread has lost the lead. */
  private boolean giveTurns() {
    for (int i = 0; i < TURNS_AT_ONCE; i++) {
      Turn next = asking.peek();
      if (next == null) {
        return true;
      }
      if (place) {
        asking.remove();
        long trip = lead.lend();
        give(next, this);
        if (!back(trip)) {
          return false;
        }
      } else {
        giveElsewhere(next);
        asking.remove(); // now that there is a thread for it
      }
    }
    return true;
  }

  private void give(Turn turn, ThreadLender lender) {
    try {
      turn.turn(lender);
    } catch (Throwable e) {
      report(e);
    }
    forgetInterrupt();
  }

  private void giveElsewhere(Turn turn) {
    Thread unused =
        Thread.ofVirtual()
            .inheritInheritableThreadLocals(false)
            .start(() -> give(turn, OwnThread.INSTANCE));
  }

  /** Lends the only thing that runs on it, which may do with it what it likes. */
  private enum OwnThread implements ThreadLender {
    INSTANCE;

    @Override
    public void keep() {}

    @Override
    public void renew() {}
  }

  /** Whatever somebody's code left behind: an interrupted thread does not block in a selector. */
  private static void forgetInterrupt() {
    boolean unused = Thread.interrupted();
  }

  /** Lets those who were told read, before we look again or tell others. */
  @SuppressWarnings("ThreadPriorityCheck")
  private void stepAside() {
    if (!stepsAside) {
      return;
    }
    steps++;
    if (steps % STEPS_BEFORE_REST == 0) {
      rest();
    } else {
      Thread.yield();
    }
  }

  /**
   * Leaves the carrier for a moment. A yield does not do that for everybody: the scheduler's worker
   * goes on with the queue that the poller comes back to, and looks at no other queue for as long
   * as there is always something in it. Threads that others wake (the deadline sweeper, a drain)
   * wait in those.
   */
  private static void rest() {
    LockSupport.parkNanos(REST);
  }

  private void end() {
    for (SelectionKey key : selector.keys()) {
      try {
        ((Polled) key.attachment()).close();
      } catch (Throwable e) {
        report(e);
      }
    }
    closeLeaving();
    givePlaceBack();
    for (Turn turn; (turn = asking.poll()) != null; ) {
      try {
        giveElsewhere(turn);
      } catch (Throwable noThread) {
        give(turn, OwnThread.INSTANCE); // short, as the channel is closed
      }
    }
    try {
      selector.close();
    } catch (Throwable e) {
      report(e);
    }
    ended.countDown();
    releases.grantAll();
  }

  /** What a callback throws is a bug of its own; the other channels must not suffer for it. */
  private void report(Throwable e) {
    Thread me = Thread.currentThread();
    try {
      me.getUncaughtExceptionHandler().uncaughtException(me, e);
    } catch (Throwable ofTheHandler) {
      // Nobody is left to be told.
    }
  }
}
