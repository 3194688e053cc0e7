package io.thousandisland.transport.tcp;

import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.ClosedSelectorException;
import org.jspecify.annotations.Nullable;

/**
 * Where channels find a poller. Those that use the poller's thread are at pollers on platform
 * threads, others at pollers on virtual ones if these do better; the latter start with the first
 * such channel. Of each kind there are as many as processors.
 *
 * <p>Thread: any.
 */
final class Places implements Registration.Choice, Closeable {

  private final Pollers lending;
  private final PollerThreads othersThreads;

  /** Guarded by this. */
  private @Nullable Pollers others;

  /** Guarded by this. */
  private boolean closed;

  private Places(Pollers lending, PollerThreads others) {
    this.lending = lending;
    othersThreads = others;
  }

  /**
   * @param others what the pollers of connections that have a thread each run on
   */
  static Places open(PollerThreads others) throws IOException {
    return new Places(start(PollerThreads.PLATFORM), others);
  }

  private static Pollers start(PollerThreads threads) throws IOException {
    return Pollers.start(Runtime.getRuntime().availableProcessors(), threads);
  }

  /**
   * The next poller in turn.
   *
   * @param takesThread whether its thread would be used
   * @throws ClosedSelectorException when there are none any more
   */
  @Override
  public Poller next(boolean takesThread) throws IOException {
    return takesThread || othersThreads == PollerThreads.PLATFORM
        ? lending.next()
        : others().next();
  }

  private synchronized Pollers others() throws IOException {
    if (closed) {
      throw new ClosedSelectorException();
    }
    if (others == null) {
      others = start(othersThreads);
    }
    return others;
  }

  /** How many channels are registered. */
  int channels() {
    Pollers mine;
    synchronized (this) {
      mine = others;
    }
    return lending.channels() + (mine == null ? 0 : mine.channels());
  }

  /** As {@link Pollers#close}. */
  @Override
  public void close() throws IOException {
    Pollers mine;
    synchronized (this) {
      closed = true;
      mine = others;
    }
    try {
      lending.close();
    } finally {
      if (mine != null) {
        mine.close();
      }
    }
  }
}
