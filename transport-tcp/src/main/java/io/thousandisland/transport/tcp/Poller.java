package io.thousandisland.transport.tcp;

import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.time.Duration;
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
 * <p>The thread blocks in the selector, tells what it found, steps aside so that those who were
 * told can run, and looks again without blocking until nothing is left. On a virtual thread that
 * stepping aside is what makes it cheap: the connections have drained their channels before the
 * next look.
 *
 * <p><strong>Waking it.</strong> A selector takes notice of changed interest, new and cancelled
 * keys when a selection begins. {@code wakeup} is a system call, so it is made only when the poller
 * may be blocked: the poller sets {@link #sleeping}, <em>then</em> begins a selection; others make
 * their change, <em>then</em> read {@code sleeping}. Both are volatile, so in their one order
 * either the read comes after the write and finds true, and {@code wakeup} ends the selection; or
 * it comes before, and so does the change, and the selection that follows takes notice of it. The
 * same holds for {@link #releases}, which the poller looks at after it has set the flag.
 *
 * <p>Thread: private methods the poller's own, the others any.
 */
final class Poller implements Closeable {
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

  private final Selector selector;
  private final Thread thread;
  private final Consumer<SelectionKey> tell = this::tell;

  /** Those who wait for the keys cancelled so far to be released. */
  private final Queue<CountDownLatch> releases = new ConcurrentLinkedQueue<>();

  /** Channels told since the poller last stepped aside; its own. */
  private int told;

  /** How often it stepped aside; its own. */
  private int steps;

  /** Read by whoever changed something that a blocked selection would not see. */
  private volatile boolean sleeping;

  /** How many keys of the selection at hand were invalid; the poller's own. */
  private int cancelled;

  /** Read by the poller, and by whoever registers at the last moment. */
  private volatile boolean closing;

  /** Read by whoever asks for a release at the last moment. */
  private volatile boolean ended;

  Poller(ThreadFactory threads) throws IOException {
    selector = Selector.open();
    thread = threads.newThread(this::run);
  }

  void start() {
    thread.start();
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
    if (Thread.currentThread() == thread) {
      return;
    }
    CountDownLatch release = new CountDownLatch(1);
    releases.add(release);
    wakeUp();
    if (ended) { // the queue may have been emptied before, and so has the selector
      return;
    }
    boolean interrupted = false;
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (true) {
      try {
        // False means a callback that blocks the poller: a bug of its own, not to be waited for.
        boolean unused = release.await(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
        break;
      } catch (InterruptedException e) {
        interrupted = true; // the wait is short, and its promise is worth more
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** Ends the thread, which closes every channel still registered and tells so. Idempotent. */
  @Override
  public void close() throws IOException {
    closing = true;
    if (thread.getState() == Thread.State.NEW) {
      selector.close();
      return;
    }
    selector.wakeup();
    if (Thread.currentThread() != thread) {
      try {
        boolean unused = thread.join(PATIENCE);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt(); // it ends by itself, only unwatched
      }
    }
  }

  private void run() {
    while (!closing) {
      try {
        poll();
      } catch (Throwable e) {
        sleeping = false;
        report(e);
        LockSupport.parkNanos(PAUSE_AFTER_FAILURE); // not at full speed, should it fail again
      }
    }
    end();
  }

  private void poll() throws IOException {
    boolean unused = Thread.interrupted(); // an interrupted thread does not block in a selector
    sleeping = true;
    if (releases.isEmpty() && !closing) {
      selector.select(tell);
    }
    sleeping = false;
    boolean more = true;
    while (more && !closing) {
      stepAside();
      more = look();
    }
  }

  /** Lets those who were told read, before we look again or tell others. */
  @SuppressWarnings("ThreadPriorityCheck")
  private void stepAside() {
    told = 0;
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

  /**
   * Looks without blocking; true when another look may find more.
   *
   * <p>A key that is invalid but not yet among the selector's cancelled ones is found again and
   * again, until whoever closes its channel gets on; that thread may be waiting for our carrier.
   */
  private boolean look() throws IOException {
    CountDownLatch release = releases.poll();
    cancelled = 0;
    int found = selector.selectNow(tell);
    if (found > 0 && found == cancelled) {
      rest();
    }
    if (release != null) {
      release.countDown();
    }
    return found > 0 || release != null;
  }

  private void tell(SelectionKey key) {
    if (sleeping) { // the selection is over; what is changed from now on, the next one sees
      sleeping = false;
    }
    if (told == TOLD_AT_ONCE) {
      stepAside();
    }
    told++;
    try {
      ((Polled) key.attachment()).ready(key.readyOps());
    } catch (CancelledKeyException closed) {
      cancelled++; // closed since it was selected; whoever closed it has told
    } catch (Throwable e) {
      report(e);
    }
  }

  private void end() {
    for (SelectionKey key : selector.keys()) {
      try {
        ((Polled) key.attachment()).close();
      } catch (Throwable e) {
        report(e);
      }
    }
    try {
      selector.close();
    } catch (IOException e) {
      report(e);
    }
    ended = true;
    for (CountDownLatch release; (release = releases.poll()) != null; ) {
      release.countDown();
    }
  }

  /** What a callback throws is a bug of its own; the other channels must not suffer for it. */
  private void report(Throwable e) {
    try {
      thread.getUncaughtExceptionHandler().uncaughtException(thread, e);
    } catch (Throwable ofTheHandler) {
      // Nobody is left to be told.
    }
  }
}
