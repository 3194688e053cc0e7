// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.signals;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Group;
import org.openjdk.jmh.annotations.GroupThreads;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** Signals of a connection that is busy: its thread does not park. */
public class SignalsBenchmark {

  /** The signals of one connection, which belong to the thread that takes. */
  @State(Scope.Group)
  public static class Shared {
    private final Signals signals = new Signals(new DeadlineSweeper());
  }

  /** Makes the thread that uses it the owner. */
  @State(Scope.Thread)
  public static class Owner {
    @Setup
    public void own(Shared shared) {
      shared.signals.owner(Thread.currentThread());
    }
  }

  /** Signals of one thread, which raises and takes. */
  @State(Scope.Thread)
  public static class Own {
    private final Signals signals = new Signals(new DeadlineSweeper());
  }

  @Benchmark
  public int raiseAndTake(Own own) {
    own.signals.raise(Signals.READABLE);
    return own.signals.take(Signals.READABLE);
  }

  @Benchmark
  @Group("acrossThreads")
  @GroupThreads(1)
  public void raise(Shared shared) {
    shared.signals.raise(Signals.READABLE);
  }

  @Benchmark
  @Group("acrossThreads")
  @GroupThreads(1)
  public int take(Shared shared, Owner owner) {
    return shared.signals.take(Signals.READABLE);
  }
}
