// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.embedded;

import io.thousandisland.runtime.shared.RuntimeContext;
import io.thousandisland.transport.tcp.TcpTransport;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * The parts that all servers of a program share, as the servers of a framework do: the clock of
 * deadlines, the memory budget and the pollers. They begin with the first server, and end with the
 * last one.
 *
 * <p>It is the only static state here: one heap has one memory budget.
 *
 * <p>Thread: any.
 */
final class SharedRuntime {

  /** Null while no server runs. Guarded by the class. */
  private static @Nullable SharedRuntime current;

  private final RuntimeContext context = new RuntimeContext();
  private final TcpTransport tcp = new TcpTransport();

  /** The number of servers that use it. Guarded by the class. */
  private int users;

  private SharedRuntime() {}

  /** One server's share. */
  static final class Share implements AutoCloseable {

    private final SharedRuntime runtime;
    private final AtomicBoolean given = new AtomicBoolean();

    private Share(SharedRuntime runtime) {
      this.runtime = runtime;
    }

    RuntimeContext context() {
      return runtime.context;
    }

    TcpTransport tcp() {
      return runtime.tcp;
    }

    /** Gives it back; the server has ended. Idempotent. */
    @Override
    public void close() {
      if (!given.getAndSet(true)) {
        runtime.leave();
      }
    }
  }

  static synchronized Share share() {
    SharedRuntime runtime = current;
    if (runtime == null) {
      runtime = new SharedRuntime();
      current = runtime;
    }
    runtime.users++;
    return new Share(runtime);
  }

  private void leave() {
    synchronized (SharedRuntime.class) {
      if (--users > 0) {
        return;
      }
      current = null;
    }
    try {
      tcp.stop();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      context.close();
    }
  }
}
