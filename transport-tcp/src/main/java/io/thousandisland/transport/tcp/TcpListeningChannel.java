// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.transport.tcp;

import io.thousandisland.transport.ListenAt;
import io.thousandisland.transport.ListeningChannel;
import io.thousandisland.transport.OutOfDescriptorsException;
import io.thousandisland.transport.ThreadLender;
import io.thousandisland.transport.tcp.endpoint.Endpoint;
import io.thousandisland.transport.tcp.endpoint.TcpOptions;
import java.io.IOException;
import java.net.BindException;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectionKey;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A server socket that connections are accepted from: an {@link Endpoint}, and its poller.
 *
 * <p>Thread: any; the poller calls {@link #ready}.
 */
final class TcpListeningChannel implements ListeningChannel, Polled {

  /** Loaded early: when the class is needed, no descriptor is left to open its class file. */
  @SuppressWarnings("unused")
  private static final Class<?> LOADED = OutOfDescriptorsException.class;

  private final Endpoint endpoint;
  private final ServerSocketChannel channel;

  /** Read for each connection, replaced by {@link #options}. */
  private volatile TcpOptions options;

  private final Places places;
  private final Registration<ServerSocketChannel> registration;
  private final Interest accepting;

  /** The channel itself may stay open. Read by threads that accept. */
  private volatile boolean closed;

  /** Read by the poller and by the thread that closes. */
  private volatile Runnable acceptable = () -> {};

  private TcpListeningChannel(Endpoint endpoint, TcpOptions options, Places places) {
    this.endpoint = endpoint;
    this.channel = endpoint.channel();
    this.options = options;
    this.places = places;
    registration = new Registration<>(channel, places, this);
    accepting = new Interest(SelectionKey.OP_ACCEPT, registration);
  }

  /**
   * @param shared whether another channel of ours has the port, and allows to share it
   */
  static TcpListeningChannel open(ListenAt at, TcpOptions options, boolean shared, Places places)
      throws IOException {
    return open(Endpoint.open(at, options, shared), options, places);
  }

  static TcpListeningChannel open(Endpoint endpoint, TcpOptions options, Places places)
      throws IOException {
    try {
      var listening = new TcpListeningChannel(endpoint, options, places);
      listening.take();
      return listening;
    } catch (Throwable e) {
      giveUp(endpoint);
      if (e instanceof ClosedSelectorException) {
        throw new IOException("tcp transport has been stopped", e);
      }
      throw e;
    }
  }

  /**
   * Has the channel closed when the pollers end, at the latest. A socket that is not closed, the
   * inherited one, is in use as long as it is registered.
   */
  private void take() throws IOException {
    synchronized (channel) { // two servers, perhaps of two copies of this bundle, may want it
      if (channel.isRegistered()) {
        throw new BindException("the inherited socket is in use by another server of this process");
      }
      if (!endpoint.isOurs()) { // only now: a server that is refused changes nothing
        options.applyToListening(channel);
      }
      registration.take();
    }
  }

  private static void giveUp(Endpoint endpoint) throws IOException {
    if (endpoint.isOurs()) {
      try {
        endpoint.hide();
      } finally {
        endpoint.channel().close();
      }
    }
  }

  @Override
  public SocketAddress localAddress() {
    return endpoint.local();
  }

  @Override
  public void start(Runnable acceptable) {
    this.acceptable = acceptable;
  }

  @Override
  public void ready(int ops, @Nullable ThreadLender poller) {
    if (accepting.ready()) {
      acceptable.run();
    }
  }

  @Override
  public boolean askForThread(Consumer<ThreadLender> turn) {
    return registration.ask(turn::accept);
  }

  @Override
  public @Nullable TcpSocket accept() throws IOException {
    SocketChannel accepted;
    if (closed) {
      throw new ClosedChannelException();
    }
    try {
      accepted = channel.accept();
    } catch (ClosedChannelException closed) {
      throw closed;
    } catch (IOException e) {
      throw outOfDescriptors() ? new OutOfDescriptorsException(e) : e;
    }
    if (accepted == null) {
      accepting.arm();
      return null;
    }
    try {
      accepted.configureBlocking(false);
      options.applyToAccepted(accepted);
      return new TcpSocket(accepted, localOf(accepted), places);
    } catch (Throwable e) {
      accepted.close();
      throw e;
    }
  }

  /** A Unix socket may have been bound elsewhere than at its path. */
  private SocketAddress localOf(SocketChannel accepted) throws IOException {
    SocketAddress mine = endpoint.local();
    return mine instanceof UnixDomainSocketAddress ? mine : accepted.getLocalAddress();
  }

  /**
   * Tries whether a descriptor is free. That is sure; the JDK's exception tells it by message only.
   */
  static boolean outOfDescriptors() {
    try {
      SocketChannel.open().close();
      return false;
    } catch (IOException e) {
      return true;
    }
  }

  /**
   * Only now this channel allows the port to be shared. It was bound without {@code SO_REUSEPORT},
   * so it is the first at this port. A server elsewhere that begins in the same way finds the port
   * in use.
   */
  @Override
  public TcpListeningChannel another(ListenAt at) throws IOException {
    if (!(endpoint instanceof Endpoint.Port)) {
      throw new UnsupportedOperationException(
          "%s takes one listening socket"
              .formatted(endpoint.isOurs() ? "a Unix socket" : "an inherited socket"));
    }
    if (!channel.supportedOptions().contains(StandardSocketOptions.SO_REUSEPORT)) {
      throw new UnsupportedOperationException("this system has no SO_REUSEPORT");
    }
    channel.setOption(StandardSocketOptions.SO_REUSEPORT, true);
    return open(at, TcpOptions.of(at.options(), at.address()), true, places);
  }

  @Override
  public void options(Map<SocketOption<?>, Object> changed) throws IOException {
    TcpOptions now = TcpOptions.of(changed, endpoint.local());
    TcpOptions before = options;
    try {
      now.replace(before, channel);
      options = now;
    } catch (IllegalArgumentException e) {
      before.replace(now, channel); // all or none
      throw e;
    }
  }

  @Override
  public boolean isOpen() {
    return !closed && channel.isOpen();
  }

  @Override
  public void quiesce() throws IOException {
    try {
      endpoint.hide();
    } finally {
      registration.leave();
    }
  }

  /** Returns when the port is free: the kernel takes connects until the descriptor is released. */
  @Override
  public void close() throws IOException {
    closed = true;
    try {
      endpoint.hide();
    } finally {
      if (endpoint.isOurs()) {
        registration.closeAndWait();
      } else {
        registration.leave();
      }
      acceptable.run();
    }
  }

  @Override
  public String toString() {
    return "tcp " + endpoint.local() + " [" + accepting + "]";
  }
}
