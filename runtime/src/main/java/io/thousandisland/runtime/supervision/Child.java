// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.supervision;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * A node in the list of its supervisor, and its present incarnation.
 *
 * <p>Thread: guarded by the supervisor's turn, except {@link Incarnation#crashed}, which any thread
 * may call.
 */
final class Child {
  /** Between two tries to report a crash, in nanoseconds. */
  private static final long PAUSE = 10_000_000;

  private final Node node;
  private final BiConsumer<Incarnation, Throwable> reports;
  private @Nullable Incarnation present; // null before a start and after a stop

  /**
   * Makes a child of a supervisor that takes {@code reports} of crashes, from any thread and
   * without waiting.
   */
  Child(Node node, BiConsumer<Incarnation, Throwable> reports) {
    this.node = node;
    this.reports = reports;
  }

  Node node() {
    return node;
  }

  /** Whether the present incarnation runs, and has not crashed. */
  boolean isUp() {
    return present != null && present.started && !present.reported.get();
  }

  void start() throws StartFailedException {
    if (present != null) {
      throw new IllegalStateException(node.name() + " must be stopped before it is started again");
    }
    Incarnation next = new Incarnation();
    present = next;
    try {
      node.start(next);
      next.started = true;
    } catch (Throwable e) { // Errors too: a bundle that is being replaced may lack classes
      throw new StartFailedException(node.name(), e);
    }
  }

  /** Reports a failed restart as a crash of the incarnation that it was to start. */
  void startFailed(StartFailedException reason) {
    if (present != null) {
      present.crashed(reason);
    }
  }

  /** Ends the present incarnation, whether it runs, crashed or failed to start. */
  void stop() {
    Incarnation ending = present;
    present = null; // from here on its reports are stale
    if (ending != null && ending.started) {
      try {
        node.stop();
      } catch (Throwable broken) { // its siblings must be stopped all the same
        Uncaught.handle(broken);
      }
    }
  }

  /** One life of a node, from a start to the next. The node reports its crash here. */
  final class Incarnation implements CrashReport {
    private final AtomicBoolean reported = new AtomicBoolean();
    private boolean started; // guarded by the supervisor's turn

    @Override
    public void crashed(Throwable reason) {
      if (reported.compareAndSet(false, true)) {
        while (!report(reason)) {
          LockSupport.parkNanos(PAUSE); // else the node would never be started again
        }
      }
    }

    /** False when there is no memory for the report. */
    private boolean report(Throwable reason) {
      try {
        reports.accept(this, reason);
        return true;
      } catch (OutOfMemoryError noMemory) {
        return false;
      }
    }

    Child child() {
      return Child.this;
    }

    /** False once it was stopped: then its reports are ignored. */
    boolean isPresent() {
      return present == this;
    }
  }
}
