package io.thousandisland.transport.tcp;

import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.ClosedSelectorException;
import org.jspecify.annotations.Nullable;

/**
 * The pollers of the transport, of two kinds. Channels that use the poller's thread are at pollers
 * on platform threads. Other channels are at pollers on virtual threads, if these do better; these
 * pollers start with the first such channel. Each kind has as many pollers as there are processors.
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
   * @param others the kind of thread for pollers of connections that have a thread each
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
   * @param takesThread whether the poller's thread would be used
   * @throws ClosedSelectorException when there are no pollers any more
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
