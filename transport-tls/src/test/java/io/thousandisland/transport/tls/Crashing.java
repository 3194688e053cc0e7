// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.transport.tls;

import io.thousandisland.transport.ListenAt;
import io.thousandisland.transport.ListeningChannel;
import io.thousandisland.transport.Transport;
import io.thousandisland.transport.TransportSocket;
import java.io.IOException;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** A transport whose next accepts crash when a test says so, and whose channel can be lost. */
final class Crashing implements Transport {

  private final Transport real;
  private final AtomicInteger crashes = new AtomicInteger();

  /** The channel that was opened last. Written by the server; read by the test. */
  private volatile @Nullable ListeningChannel newest;

  Crashing(Transport real) {
    this.real = real;
  }

  void crashNextAccepts(int count) {
    crashes.set(count);
  }

  void loseChannel() throws IOException {
    ListeningChannel lost = newest;
    if (lost != null) {
      lost.close();
    }
  }

  boolean isListening() {
    ListeningChannel last = newest;
    return last != null && last.isOpen();
  }

  @Override
  public ListeningChannel listen(ListenAt at) throws IOException {
    return new CrashingChannel(real.listen(at));
  }

  private final class CrashingChannel implements ListeningChannel {
    private final ListeningChannel channel;

    CrashingChannel(ListeningChannel channel) {
      this.channel = channel;
      newest = channel;
    }

    @Override
    public @Nullable TransportSocket accept() throws IOException {
      if (crashes.get() > 0 && crashes.getAndDecrement() > 0) {
        throw new IllegalStateException("on purpose");
      }
      return channel.accept();
    }

    @Override
    public ListeningChannel another(ListenAt at) throws IOException {
      return new CrashingChannel(channel.another(at));
    }

    @Override
    public void options(Map<SocketOption<?>, Object> options) throws IOException {
      channel.options(options);
    }

    @Override
    public SocketAddress localAddress() {
      return channel.localAddress();
    }

    @Override
    public void start(Runnable acceptable) {
      channel.start(acceptable);
    }

    @Override
    public boolean isOpen() {
      return channel.isOpen();
    }

    @Override
    public void close() throws IOException {
      channel.close();
    }
  }
}
