// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.server;

import io.thousandisland.transport.ListenAt;
import io.thousandisland.transport.ListeningChannel;
import io.thousandisland.transport.Transport;
import java.net.BindException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * A transport without sockets or selectors: connections are pipes in this process, ports are
 * numbers of its own, and one thread tells of readiness.
 *
 * <p>The transport tells of readiness as rarely as the contract of the SPI allows, and hands bytes
 * over in no larger pieces than {@link MemoryPipe#CAPACITY}.
 */
final class MemoryTransport implements Transport, AutoCloseable {

  private final ExecutorService teller =
      Executors.newSingleThreadExecutor(
          Thread.ofPlatform().daemon().name("memory transport").factory());

  /** Read by any thread that tells of readiness. */
  private volatile boolean stalled;

  // all guarded by this
  private final Map<Integer, List<MemoryListeningChannel>> ports = new HashMap<>();
  private int lastPort;
  private int connects;

  @Override
  public ListeningChannel listen(ListenAt at) throws BindException {
    return listen(at, false);
  }

  synchronized ListeningChannel listen(ListenAt at, boolean shared) throws BindException {
    int asked = ((InetSocketAddress) at.address()).getPort();
    int port = asked == 0 ? ++lastPort : asked;
    List<MemoryListeningChannel> sharing = ports.computeIfAbsent(port, p -> new ArrayList<>());
    if (!sharing.isEmpty() && !shared) {
      throw new BindException("address in use: memory:" + port);
    }
    var address = InetSocketAddress.createUnresolved("memory", port);
    var channel = new MemoryListeningChannel(address, at.backlog(), this);
    sharing.add(channel);
    return channel;
  }

  void tell(Runnable what) {
    if (!stalled) {
      teller.execute(what);
    }
  }

  /** From now on the transport tells of no readiness, as when the pollers get no processor. */
  void stall() {
    stalled = true;
  }

  synchronized void forget(MemoryListeningChannel closed) {
    ports.values().forEach(sharing -> sharing.remove(closed));
  }

  /** Connections go to the channels at a port in turn. */
  synchronized MemoryPeer connect(int port) throws ConnectException {
    List<MemoryListeningChannel> sharing = ports.getOrDefault(port, List.of());
    if (sharing.isEmpty()) {
      throw new ConnectException("nobody listens at memory:" + port);
    }
    int number = ++connects;
    return sharing.get(number % sharing.size()).connect(number);
  }

  @Override
  public void close() {
    teller.shutdown();
  }
}
