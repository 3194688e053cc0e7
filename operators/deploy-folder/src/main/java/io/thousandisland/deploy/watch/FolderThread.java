// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.deploy.watch;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * A platform daemon thread that looks at the folder again and again, and hands over each sight.
 *
 * <p>{@link #stop} does not interrupt the thread, which may be inside a bundle's {@code stop} that
 * drains connections.
 */
public final class FolderThread {

  /** How long {@link #stop} waits for a turn that is under way. */
  private static final Duration PATIENCE = Duration.ofSeconds(2);

  private final Watch watch;
  private final Turn turn;
  private final Duration interval;
  private final Report report;
  private final CountDownLatch stopped = new CountDownLatch(1);
  private final Thread thread;

  /** The exception of the last turn, in words; used by this thread only. */
  private String unexpected = "";

  public FolderThread(String name, Watch watch, Turn turn, Duration interval, Report report) {
    this.watch = watch;
    this.turn = turn;
    this.interval = interval;
    this.report = report;
    thread = Thread.ofPlatform().daemon().name(name).unstarted(this::run);
  }

  public void start() {
    thread.start();
  }

  /**
   * Lets no further turn begin.
   *
   * @return whether the last turn has ended
   */
  public boolean stop() {
    stopped.countDown();
    try {
      return thread.join(PATIENCE);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private void run() {
    try {
      do {
        once();
      } while (!stopped.await(interval.toMillis(), TimeUnit.MILLISECONDS));
    } catch (InterruptedException e) {
      // other code wants to end this thread: no code here interrupts it
    }
  }

  private void once() {
    try {
      Sight sight;
      try {
        sight = watch.look();
      } catch (IOException e) {
        turn.folderUnreadable(e);
        return;
      }
      turn.take(sight);
      unexpected = "";
    } catch (Throwable e) { // a lack of memory, too, may be over at the next look
      tell(e);
    }
  }

  /** Reports {@code e} once. While the framework is being stopped, an exception is no surprise. */
  private void tell(Throwable e) {
    try {
      if (stopped.getCount() > 0 && !unexpected.equals(e.toString())) {
        report.bug("the thread " + thread.getName() + " goes on after an unexpected exception", e);
        unexpected = e.toString();
      }
    } catch (OutOfMemoryError again) {
      // reported when there is memory for it
    }
  }

  /** The work after each look. */
  public interface Turn {
    void take(Sight sight);

    void folderUnreadable(IOException e);
  }
}
