// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.transport.tcp;

import java.io.Closeable;
import java.io.IOException;

/**
 * The pollers of the transport, of two kinds. Channels that use the poller's thread are at pollers
 * on platform threads. Other channels are at pollers on virtual threads, if these do better. Each
 * kind has as many pollers as there are processors. All of them begin together, before there are
 * clients: a crowd of clients may leave no descriptors for a selector.
 *
 * <p>Thread: any.
 */
final class Places implements Registration.Choice, Closeable {

  private final Pollers lending;

  /** The same pollers when there is one kind. */
  private final Pollers others;

  private Places(Pollers lending, Pollers others) {
    this.lending = lending;
    this.others = others;
  }

  /**
   * @param others the kind of thread for pollers of connections that have a thread each
   */
  static Places open(PollerThreads others) throws IOException {
    Pollers lending = start(PollerThreads.PLATFORM);
    if (others == PollerThreads.PLATFORM) {
      return new Places(lending, lending);
    }
    try {
      return new Places(lending, start(others));
    } catch (Throwable e) {
      try {
        lending.close();
      } catch (IOException alsoFailed) {
        e.addSuppressed(alsoFailed);
      }
      throw e;
    }
  }

  private static Pollers start(PollerThreads threads) throws IOException {
    return Pollers.start(Runtime.getRuntime().availableProcessors(), threads);
  }

  /**
   * The next poller in turn.
   *
   * @param takesThread whether the poller's thread would be used
   */
  @Override
  public Poller next(boolean takesThread) {
    return takesThread ? lending.next() : others.next();
  }

  /** How many channels are registered. */
  int channels() {
    return lending.channels() + (others == lending ? 0 : others.channels());
  }

  /** As {@link Pollers#close}. */
  @Override
  public void close() throws IOException {
    try {
      lending.close();
    } finally {
      if (others != lending) {
        others.close();
      }
    }
  }
}
