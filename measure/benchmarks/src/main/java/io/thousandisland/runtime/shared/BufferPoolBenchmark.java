// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.shared;

import java.nio.ByteBuffer;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Threads;

/** A pool of a server's read buffers, as each callback uses it. */
@State(Scope.Benchmark)
public class BufferPoolBenchmark {

  private final BufferPool pool = new BufferPool(16 * 1024, new MemoryBudget());

  @Benchmark
  @Threads(1)
  public int borrowAndRelease() {
    return borrowed();
  }

  @Benchmark
  @Threads(2)
  public int borrowAndReleaseByTwo() {
    return borrowed();
  }

  private int borrowed() {
    ByteBuffer buffer = pool.borrow();
    int room = buffer.remaining();
    pool.release(buffer);
    return room;
  }
}
