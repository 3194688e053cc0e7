// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.supervision;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A node that starts its children in order, stops them in reverse, and restarts children that
 * crash. When its budget is spent, it crashes itself.
 *
 * <p>Thread: any, one <em>step</em> at a time. A step is a start, a stop, an add, a remove, or the
 * answer to one crash; it runs from {@link #takeTurn} to {@code turn.unlock()} and calls the
 * children's {@code start} and {@code stop}. The first four run on their caller's thread, the
 * answers to crashes on this supervisor's {@link RestartThread}. A crash takes no turn: it leaves a
 * report on the queue of that thread and returns, so no child ever waits for its supervisor. Turns
 * are taken from parent to child only.
 */
public final class Supervisor implements Node {
  /** The time between two tries to answer a crash for which there is no memory, in nanoseconds. */
  private static final long PAUSE = 100_000_000;

  private final String name;
  private final Strategy strategy;
  private final Observer observer;
  private final RestartThread restarts;

  // Fair, so that a child that keeps crashing does not keep other steps from their turn.
  private final ReentrantLock turn = new ReentrantLock(true);

  // Written in a turn; stop() clears `running` before its turn, so that a restart does not go on to
  // the next child. Read by any thread.
  private volatile boolean running;
  private volatile List<Child> children; // in start order; never modified, only replaced

  private final RestartIntensity intensity; // guarded by turn
  private @Nullable CrashReport above; // guarded by turn

  /**
   * Makes a supervisor that answers a crash by restarting the child and the children after it in
   * the list.
   *
   * @param budget asked at each crash, so that it can change while the supervisor runs
   */
  public static Supervisor restForOne(
      String name, Supplier<RestartBudget> budget, Observer observer, Node... children) {
    return new Supervisor(
        name, Strategy.REST_FOR_ONE, budget, observer, List.of(children), System::nanoTime);
  }

  /**
   * Makes a supervisor that answers a crash by restarting that child; children may come and go. For
   * {@code budget} see {@link #restForOne}.
   */
  public static Supervisor oneForOne(
      String name,
      Supplier<RestartBudget> budget,
      Observer observer,
      List<? extends Node> children) {
    return new Supervisor(name, Strategy.ONE_FOR_ONE, budget, observer, children, System::nanoTime);
  }

  Supervisor(
      String name,
      Strategy strategy,
      Supplier<RestartBudget> budget,
      Observer observer,
      List<? extends Node> children,
      LongSupplier nanoTime) {
    this.name = name;
    this.strategy = strategy;
    this.observer = observer;
    this.restarts = new RestartThread(name + " supervisor");
    this.intensity = new RestartIntensity(budget, nanoTime);
    this.children = children.stream().map(this::child).toList();
  }

  @Override
  public String name() {
    return name;
  }

  /** The nodes that it supervises now, in start order. */
  public List<Node> children() {
    return children.stream().map(Child::node).toList();
  }

  /**
   * Starts the children in order.
   *
   * @throws StartFailedException when a child cannot start; the children before it are stopped
   *     again
   */
  @Override
  public void start(CrashReport crash) throws StartFailedException {
    takeTurn();
    try {
      if (running) {
        throw new IllegalStateException(name + " is started already");
      }
      above = crash;
      intensity.reset();
      running = true;
      for (Child child : children) {
        child.start();
      }
    } catch (StartFailedException e) {
      running = false;
      stop(children);
      throw e;
    } finally {
      turn.unlock();
    }
  }

  /** Stops the children in reverse; waits for the start or stop of a child that is in flight. */
  @Override
  public void stop() {
    refuseOwnStep();
    running = false;
    takeTurn();
    try {
      stop(children);
    } finally {
      turn.unlock();
    }
  }

  /**
   * Adds a child at the end of the list, and starts it if this supervisor runs.
   *
   * @throws StartFailedException when the child cannot start; then it is not added
   */
  public void add(Node node) throws StartFailedException {
    refuseFixedList();
    takeTurn();
    try {
      if (find(node) != null) {
        throw new IllegalArgumentException(name + " has " + node.name() + " already");
      }
      Child child = child(node);
      if (running) {
        startOrForget(child);
      }
      List<Child> more = new ArrayList<>(children);
      more.add(child);
      children = List.copyOf(more);
    } finally {
      turn.unlock();
    }
  }

  private static void startOrForget(Child child) throws StartFailedException {
    try {
      child.start();
    } catch (StartFailedException e) {
      child.stop(); // it may have reported a crash, too, which is answered after this step
      throw e;
    }
  }

  /** Stops a child and forgets it. Without effect when {@code node} is not a child. */
  public void remove(Node node) {
    refuseFixedList();
    takeTurn();
    try {
      Child child = find(node);
      if (child != null) {
        children = children.stream().filter(other -> other != child).toList();
        child.stop();
      }
    } finally {
      turn.unlock();
    }
  }

  private Child child(Node node) {
    return new Child(node, (crashed, reason) -> restarts.execute(() -> answer(crashed, reason)));
  }

  /** Answers a crash, also when there is no memory for the answer itself. */
  private void answer(Child.Incarnation crashed, Throwable reason) {
    try {
      restartOrGiveUp(crashed, reason);
    } catch (OutOfMemoryError halfway) {
      while (!allAreUp()) {
        LockSupport.parkNanos(PAUSE);
      }
      Uncaught.isolate(() -> observer.restarted(crashed.child().node().name(), reason));
    }
  }

  /** Starts the children that a failed answer has left behind; false to try again. */
  private boolean allAreUp() {
    takeTurn();
    try {
      for (Child child : children) {
        if (running && !child.isUp()) {
          child.stop();
          startOrCrash(child);
        }
      }
      return true;
    } catch (OutOfMemoryError later) {
      return false;
    } finally {
      turn.unlock();
    }
  }

  /** Starts {@code child}; a start that fails is its next crash, unless there is no memory. */
  private static void startOrCrash(Child child) {
    try {
      child.start();
    } catch (StartFailedException e) {
      if (e.origin() instanceof OutOfMemoryError noMemory) {
        throw noMemory;
      }
      child.startFailed(e);
    }
  }

  /** Runs the step that answers a crash. Its news is told when the turn is over. */
  private void restartOrGiveUp(Child.Incarnation crashed, Throwable reason) {
    Runnable news;
    takeTurn();
    try {
      // A report may be overtaken by a stop, a remove, or a restart because of another child.
      if (!running || !crashed.isPresent()) {
        return;
      }
      news = intensity.allowsOneMore() ? restart(crashed.child(), reason) : giveUp(reason);
    } finally {
      turn.unlock();
    }
    news.run();
  }

  private Runnable restart(Child crashed, Throwable reason) {
    List<Child> affected = strategy.affected(children, crashed);
    stop(affected);
    Runnable news = () -> {};
    for (Child child : affected) {
      if (!running) {
        break; // a stop waits for its turn
      }
      try {
        child.start();
      } catch (StartFailedException e) {
        // The next crash, with its own step and share of the budget. The children before it stay.
        e.addSuppressed(reason);
        child.startFailed(e);
        break;
      }
      if (child == crashed) {
        news = () -> Uncaught.isolate(() -> observer.restarted(child.node().name(), reason));
      }
    }
    return news;
  }

  private Runnable giveUp(Throwable reason) {
    CrashReport escalation = above;
    var exhausted = new BudgetExhaustedException(name, intensity.budget(), reason);
    Runnable news =
        () -> {
          Uncaught.isolate(() -> observer.budgetExhausted(name, reason));
          if (escalation != null) {
            escalation.crashed(exhausted);
          }
        };
    running = false; // after all that needs memory
    stop(children);
    return news;
  }

  private static void stop(List<Child> inOrder) {
    inOrder.reversed().forEach(Child::stop);
  }

  @SuppressWarnings("ReferenceEquality") // the very node, not an equal node
  private @Nullable Child find(Node node) {
    for (Child child : children) {
      if (child.node() == node) {
        return child;
      }
    }
    return null;
  }

  private void takeTurn() {
    refuseOwnStep();
    turn.lock();
  }

  private void refuseOwnStep() {
    if (turn.isHeldByCurrentThread()) {
      throw new IllegalStateException(
          name + ": the start or stop of a child must not call start, stop, add or remove");
    }
  }

  private void refuseFixedList() {
    if (strategy != Strategy.ONE_FOR_ONE) {
      throw new UnsupportedOperationException(name + " has a fixed list of children");
    }
  }
}
