// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.shared;

import io.thousandisland.runtime.signals.DeadlineSweeper;
import java.lang.ref.WeakReference;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ThreadFactory;

/**
 * The parts that the servers of one runtime share: the clock of their deadlines, and their read
 * buffers.
 */
public final class RuntimeContext implements AutoCloseable {

  private final DeadlineSweeper sweeper;
  private final MemoryBudget memory;
  private final ThreadFactory workers;
  private final CarrierWatch carriers = CarrierWatch.startedIfNeeded();

  /**
   * By size. Pools that no server uses any more are left to the garbage collector, with their
   * buffers.
   */
  private final Map<Integer, WeakReference<BufferPool>> pools = new HashMap<>();

  public RuntimeContext() {
    this(DeadlineSweeper.started());
  }

  public RuntimeContext(DeadlineSweeper sweeper) {
    this(sweeper, new MemoryBudget());
  }

  public RuntimeContext(DeadlineSweeper sweeper, MemoryBudget memory) {
    this(sweeper, memory, Thread.ofVirtual().inheritInheritableThreadLocals(false).factory());
  }

  /**
   * @param workers makes the threads of acceptors; the code that starts a thread names it
   */
  public RuntimeContext(DeadlineSweeper sweeper, MemoryBudget memory, ThreadFactory workers) {
    this.sweeper = sweeper;
    this.memory = memory;
    this.workers = workers;
  }

  DeadlineSweeper sweeper() {
    return sweeper;
  }

  MemoryBudget memory() {
    return memory;
  }

  ThreadFactory workers() {
    return workers;
  }

  /** The pool of buffers of {@code size} bytes. */
  public synchronized BufferPool pool(int size) {
    WeakReference<BufferPool> known = pools.get(size);
    BufferPool pool = known == null ? null : known.get();
    if (pool == null) {
      pool = new BufferPool(size, memory);
      pools.values().removeIf(unused -> unused.get() == null);
      pools.put(size, new WeakReference<>(pool));
    }
    return pool;
  }

  /** Ends its threads. No server may run any more. */
  @Override
  public void close() {
    carriers.close();
    sweeper.close();
  }
}
