// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.signals;

import java.time.Duration;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** The timing wheel, swept by hand: its thread is not started. */
public class DeadlineSweeperBenchmark {

  private static final int SLOTS = 1024;
  private static final int CONNECTIONS = 10_000;

  /** A time further ahead than any run takes. */
  private static final long FAR = Duration.ofDays(365).toNanos();

  /** A busy connection: each read moves its deadline. */
  @State(Scope.Thread)
  public static class Busy {
    private final Signals signals = new Signals(new DeadlineSweeper());
    private long deadline = FAR;
  }

  /** Connections that the wheel visits at different ticks, once each turn. */
  @State(Scope.Benchmark)
  public static class Crowd {
    private final DeadlineSweeper sweeper = new DeadlineSweeper(SLOTS);
    private long tick;

    @Setup
    public void spread() {
      long horizon = DeadlineSweeper.HORIZON.toNanos();
      for (int i = 0; i < CONNECTIONS; i++) {
        var signals = new Signals(sweeper);
        signals.deadline(horizon * i / CONNECTIONS);
        signals.deadline(FAR);
      }
    }
  }

  @Benchmark
  public void deadlineMovesLater(Busy busy) {
    busy.signals.deadline(busy.deadline++);
  }

  /**
   * A turn of the wheel looks at each connection once, and puts it as far ahead as the wheel holds.
   */
  @Benchmark
  @OperationsPerInvocation(CONNECTIONS)
  public long sweepOfOneConnection(Crowd crowd) {
    crowd.tick += SLOTS - 1;
    crowd.sweeper.sweepTo(crowd.tick);
    return crowd.tick;
  }
}
