// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.transport.tcp;

import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The pollers of the transport on one kind of thread, shared by all servers.
 *
 * <p>Thread: any.
 */
final class Pollers implements Closeable {
  private final List<Poller> pollers;
  private final PollerWatch watch;
  private final AtomicInteger turns = new AtomicInteger();

  private Pollers(List<Poller> pollers, PollerWatch watch) {
    this.pollers = List.copyOf(pollers);
    this.watch = watch;
  }

  /** Starts {@code count} pollers, or none when one of them cannot start. */
  static Pollers start(int count, PollerThreads threads) throws IOException {
    return start(count, threads.factory(), threads.standby());
  }

  static Pollers start(int count, ThreadFactory threads, Standby standby) throws IOException {
    List<Poller> opened = new ArrayList<>();
    var watch = new PollerWatch();
    try {
      for (int i = 0; i < count; i++) {
        opened.add(new Poller(threads, standby, watch::attend));
      }
      opened.forEach(Poller::start);
      watch.start(opened);
      return new Pollers(opened, watch);
    } catch (Throwable e) {
      try {
        new Pollers(opened, watch).close();
      } catch (IOException alsoFailed) {
        e.addSuppressed(alsoFailed);
      }
      throw e;
    }
  }

  /** The next poller in turn. */
  Poller next() {
    return pollers.get(Math.floorMod(turns.getAndIncrement(), pollers.size()));
  }

  /** How many channels are registered with these pollers. */
  int channels() {
    return pollers.stream().mapToInt(Poller::channels).sum();
  }

  /** Ends the threads and closes the channels still registered, which tells their listeners. */
  @Override
  public void close() throws IOException {
    IOException failed = null;
    for (Poller poller : pollers) {
      try {
        poller.close();
      } catch (IOException e) {
        if (failed == null) {
          failed = e;
        } else {
          failed.addSuppressed(e);
        }
      }
    }
    watch.close();
    if (failed != null) {
      throw failed;
    }
  }
}
