// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.server;

import io.thousandisland.transport.ListenAt;
import io.thousandisland.transport.ListeningChannel;
import io.thousandisland.transport.TransportSocket;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.channels.ClosedChannelException;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/** A port of a {@link MemoryTransport}, with the connections that wait to be accepted. */
final class MemoryListeningChannel implements ListeningChannel {

  private final InetSocketAddress address;
  private final int backlog;
  private final MemoryTransport transport;

  // all guarded by this
  private final Deque<MemorySocket> waiting = new ArrayDeque<>();
  private Runnable acceptable = () -> {};
  private boolean acceptorWaits;
  private boolean open = true;

  MemoryListeningChannel(InetSocketAddress address, int backlog, MemoryTransport transport) {
    this.address = address;
    this.backlog = backlog;
    this.transport = transport;
  }

  synchronized MemoryPeer connect(int clientPort) throws ConnectException {
    if (!open || waiting.size() >= backlog) {
      throw new ConnectException("refused at " + address);
    }
    var up = new MemoryPipe();
    var down = new MemoryPipe();
    var from = InetSocketAddress.createUnresolved("memory", clientPort);
    waiting.add(new MemorySocket(up, down, address, from, transport::tell));
    if (acceptorWaits) {
      acceptorWaits = false;
      transport.tell(acceptable);
    }
    return new MemoryPeer(down, up);
  }

  @Override
  public SocketAddress localAddress() {
    return address;
  }

  @Override
  public synchronized void start(Runnable told) {
    acceptable = told;
  }

  @Override
  public synchronized @Nullable TransportSocket accept() throws IOException {
    if (!open) {
      throw new ClosedChannelException();
    }
    MemorySocket first = waiting.poll();
    acceptorWaits = first == null;
    return first;
  }

  @Override
  public ListeningChannel another(ListenAt at) throws IOException {
    return transport.listen(at, true);
  }

  @Override
  public synchronized boolean isOpen() {
    return open;
  }

  @Override
  public void close() {
    synchronized (this) {
      if (!open) {
        return;
      }
      open = false;
      waiting.forEach(MemorySocket::close);
      waiting.clear();
      transport.tell(acceptable);
    }
    transport.forget(this);
  }
}
