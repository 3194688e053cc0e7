// SPDX-License-Identifier: Apache-2.0
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
 * One selector and the thread that runs it.
 *
 * <p>The thread blocks in the selector, tells the channels that are ready, and gives the turns that
 * were asked for. Then it looks again without blocking, until nothing is left. Before such a look a
 * virtual thread steps aside. That makes it cheap: the connections that were notified run on the
 * same carrier, and have drained their channels before the next look.
 *
 * <p><strong>Lending it.</strong> A listener that is notified may also do its work on this thread.
 * When the listener then has to wait it keeps the thread, and a new thread takes the {@link Lead}
 * here, in the middle of the channels that are found but not yet told. When the listener just takes
 * long, {@link PollerWatch} does the same. So channels are notified outside of the selection,
 * because the lent thread would hold the selection's locks. A thread is lent only while there is a
 * place on {@link Standby} for the thread that would follow.
 *
 * <p><strong>Waking it.</strong> A selector notices changed interest, new keys and cancelled keys
 * when a selection begins. {@code wakeup} is a system call, so it is made only when the poller may
 * be blocked. The poller sets {@link #sleeping}, <em>then</em> begins a selection; another thread
 * makes its change, <em>then</em> reads {@code sleeping}. The write and the read are volatile, so
 * they have one order. Either the read comes after the write and finds true; then {@code wakeup}
 * ends the selection. Or the read comes before the write, and so does the change; then the
 * selection that follows notices the change. The same holds for {@link #releases}, {@link #asking}
 * and {@link #renewing}, which the poller reads after it has set the flag.
 *
 * <p>Thread: the leading thread calls the private methods, a lent thread calls {@link #keep}, any
 * thread calls the others.
 */
final class Poller implements Closeable, ThreadLender {

  /** Work that has asked for a thread. */
  interface Turn {
    /**
     * Does the work.
     *
     * @param lender lends the calling thread
     */
    void turn(ThreadLender lender);
  }

  private static final Duration PATIENCE = Duration.ofSeconds(1);
  private static final long PAUSE_AFTER_FAILURE = TimeUnit.MILLISECONDS.toNanos(10);
  private static final long REST = TimeUnit.MICROSECONDS.toNanos(10);

  /**
   * Estimated cost: 1/400 of a busy poller. With small echoes a thread in another queue waits about
   * 0.1 s.
   */
  private static final int STEPS_BEFORE_REST = 512;

  /**
   * Channels notified before the poller steps aside: so few that their objects are still in the
   * processor's cache when they run. Any number from 8 to 64 is about as good.
   */
  private static final int NOTIFIED_AT_ONCE = 32;

  /** Turns given before the poller looks at its selector again. */
  private static final int TURNS_AT_ONCE = 64;

  private final Selector selector;
  private final Lead lead;
  private final Consumer<SelectionKey> find;
  private final Standby standby;
  private final Runnable awake;

  private final Releases releases = new Releases();

  /** The turns asked for on this poller's thread. */
  private final Queue<Turn> asking = new ConcurrentLinkedQueue<>();

  private final CountDownLatch ended = new CountDownLatch(1);

  // ---- fields of the leading thread; the next leader begins after they were written

  /** The keys that the last selection found; {@link #notified} of them have been told. */
  private final List<SelectionKey> found = new ArrayList<>();

  private int notified;

  /** How many of the notified keys were invalid. */
  private int cancelled;

  /** How often the poller stepped aside. */
  private int steps;

  /** The failure of the last turn, as reported; empty when it went well. */
  private String failure = "";

  /** Whether the thread may be lent: the poller holds a place for the thread that would follow. */
  private boolean place;

  /** Whether the leading thread lets other threads run by stepping aside. */
  private boolean stepsAside;

  /**
   * Channels to close when their keys are released. Also used by a thread that is losing the lead.
   */
  private final Queue<SelectableChannel> leaving = new ConcurrentLinkedQueue<>();

  /** Read by threads that changed something that a blocked selection would not see. */
  private volatile boolean sleeping;

  /**
   * Set by a thread that wants another leader; cleared by the leader that then passes the lead on.
   */
  private volatile boolean renewing;

  /** Read by the poller, and by threads that register or ask at the last moment. */
  private volatile boolean closing;

  /** Whether there is a thread to end. */
  private volatile boolean started;

  /**
   * @param standby how many threads may be away
   * @param awake called by the leading thread, after each sleep
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
    // The last look at the keys may have come before this key was among them.
    if (closing) {
      throw new ClosedSelectorException();
    }
  }

  /** The key of {@code channel} here; null when it is not registered. */
  @Nullable SelectionKey keyOf(SelectableChannel channel) {
    return channel.keyFor(selector);
  }

  /**
   * Closes {@code channel} after the next look, if the calling thread leads. The look releases the
   * key, and a channel without a key is closed with a single system call. A registered channel has
   * to be shut down first (two more calls, and an error when the peer has gone).
   *
   * @return false when the calling thread does not lead; then it must close {@code channel} at once
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

  /** Makes a blocked selection begin again. */
  void wakeUp() {
    if (sleeping) {
      selector.wakeup();
    }
  }

  /**
   * Waits until the descriptors of channels closed before are released. A lent thread passes the
   * lead on for that. The poller's own thread, when it is not lent, does not wait: there the next
   * selection, which comes at once, releases them.
   */
  void awaitReleased() {
    lead.passIfAway();
    if (lead.isMine()) {
      return;
    }
    CountDownLatch release = releases.ask();
    wakeUp();
    if (ended.getCount() > 0) { // an ended poller has released all, and may not grant any more
      Releases.await(release, PATIENCE);
    }
  }

  /** Does nothing when the thread was away for so long that another thread leads already. */
  @Override
  public void keep() {
    lead.passIfAway();
  }

  /** Has another thread lead if the leader has been lent since the last call. The watch only. */
  void lookAfter() {
    lead.passIfAwayForLong();
  }

  boolean sleeps() {
    return sleeping;
  }

  /**
   * Has {@code turn} called soon, on this poller's thread, or on a virtual thread while the poller
   * has none to lend.
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

  /**
   * Ends the thread, which closes every channel still registered and so tells its listener.
   * Idempotent.
   */
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
        Thread.currentThread().interrupt(); // the poller still ends; this call just does not wait
      }
    }
  }

  private void run() {
    place = false; // the previous leader keeps its own place until it is back
    stepsAside = Thread.currentThread().isVirtual();
    boolean mine = true;
    while (mine && !closing) {
      try {
        mine = turn();
        failure = "";
      } catch (Throwable e) {
        sleeping = false;
        reportOnce(e);
        forgetInterrupt();
        LockSupport.parkNanos(PAUSE_AFTER_FAILURE); // no busy loop if it fails again
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

  /** Tells the channels that were found; false when this thread has lost the lead meanwhile. */
  private boolean tellAll() {
    while (notified < found.size()) {
      SelectionKey key = found.get(notified);
      notified++;
      int ops = readyOps(key);
      if (ops != 0 && !tell((Polled) key.attachment(), ops)) {
        return false;
      }
      if (notified % NOTIFIED_AT_ONCE == 0) {
        stepAside();
      }
    }
    if (notified > 0 && notified == cancelled) {
      // A key that is invalid but not yet among the selector's cancelled keys is found again and
      // again, until the thread that closes its channel goes on. That thread may wait for our
      // carrier.
      rest();
    }
    found.clear();
    notified = 0;
    cancelled = 0;
    return true;
  }

  /** The operations that {@code key} was found ready for; none when it was cancelled since. */
  private int readyOps(SelectionKey key) {
    try {
      return key.readyOps();
    } catch (CancelledKeyException closed) {
      cancelled++; // the thread that closed its channel has notified the listener
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

  /** Gives some of the turns asked for; false when this thread has lost the lead. */
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

  /** The lender of a thread on which nothing else runs: the work may use the thread as it likes. */
  private enum OwnThread implements ThreadLender {
    INSTANCE;

    @Override
    public void keep() {}

    @Override
    public void renew() {}
  }

  /** Clears an interrupt that foreign code left behind: with it no thread blocks in a selector. */
  private static void forgetInterrupt() {
    boolean unused = Thread.interrupted();
  }

  /** Lets the connections that were notified read, before we look again or tell other channels. */
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
   * Leaves the carrier for a moment. A yield alone does not let every thread run: the scheduler's
   * worker goes on with the queue that the poller comes back to, and looks at no other queue for as
   * long as that queue holds a thread. Threads woken by others (the deadline sweeper, a drain) wait
   * in the other queues.
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
        give(turn, OwnThread.INSTANCE); // short, because the channel is closed
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

  /** Reports a failure that may come again at each turn. */
  private void reportOnce(Throwable e) {
    String now = String.valueOf(e);
    if (!now.equals(failure)) {
      failure = now;
      report(e);
    }
  }

  /** Reports a bug, such as a callback that throws. The other channels must not suffer from it. */
  private void report(Throwable e) {
    Thread me = Thread.currentThread();
    try {
      me.getUncaughtExceptionHandler().uncaughtException(me, e);
    } catch (Throwable ofTheHandler) {
      // No handler is left that could report it.
    }
  }
}
