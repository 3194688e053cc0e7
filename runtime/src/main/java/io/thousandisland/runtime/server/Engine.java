package io.thousandisland.runtime.server;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** What the servers of one runtime share: the clock of their deadlines, and their read buffers. */
public final class Engine implements AutoCloseable {

  private final DeadlineSweeper sweeper;
  private final MemoryBudget memory = new MemoryBudget();
  private final Map<Integer, BufferPool> pools = new ConcurrentHashMap<>();

  public Engine() {
    this(DeadlineSweeper.started());
  }

  Engine(DeadlineSweeper sweeper) {
    this.sweeper = sweeper;
  }

  DeadlineSweeper sweeper() {
    return sweeper;
  }

  MemoryBudget memory() {
    return memory;
  }

  /** The pool of buffers of {@code size} bytes. */
  BufferPool pool(int size) {
    return pools.computeIfAbsent(size, BufferPool::new);
  }

  /** Ends the sweeper. No server may run any more. */
  @Override
  public void close() {
    sweeper.close();
  }
}
