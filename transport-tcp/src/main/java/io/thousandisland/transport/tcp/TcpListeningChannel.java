package io.thousandisland.transport.tcp;

import io.thousandisland.transport.ListenAt;
import io.thousandisland.transport.ListeningChannel;
import io.thousandisland.transport.OutOfDescriptorsException;
import io.thousandisland.transport.ThreadLender;
import java.io.IOException;
import java.net.BindException;
import java.net.Inet4Address;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.net.UnknownHostException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectionKey;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A bound TCP port, or a bound Unix socket.
 *
 * <p>Thread: any; the poller calls {@link #ready}.
 */
final class TcpListeningChannel implements ListeningChannel, Polled {

  /** Loaded early: when the class is needed, no descriptor is left to open its class file. */
  @SuppressWarnings("unused")
  private static final Class<?> LOADED = OutOfDescriptorsException.class;

  private final ServerSocketChannel channel;
  private final SocketAddress local;

  /** Read for each connection, replaced by {@link #options}. */
  private volatile TcpOptions options;

  private final Places places;
  private final Registration<ServerSocketChannel> registration;
  private final Interest accepting;

  /** No thread is told of clients any more. Read by the thread that accepts. */
  private volatile boolean quiet;

  /** Read by the poller and by the thread that closes. */
  private volatile Runnable acceptable = () -> {};

  private TcpListeningChannel(ServerSocketChannel channel, TcpOptions options, Places places)
      throws IOException {
    this.channel = channel;
    this.local = channel.getLocalAddress();
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
    ServerSocketChannel channel = openFor(at.address());
    try {
      channel.configureBlocking(false);
      options.applyToListening(channel);
      if (shared) {
        channel.setOption(StandardSocketOptions.SO_REUSEPORT, true);
      }
      bind(channel, at);
      var listening = new TcpListeningChannel(channel, options, places);
      listening.registration.take(); // the port is given up when the pollers end, at the latest
      return listening;
    } catch (Throwable e) {
      channel.close();
      if (e instanceof ClosedSelectorException) {
        throw new IOException("tcp transport has been stopped", e);
      }
      throw e;
    }
  }

  /**
   * An IPv4 socket for an IPv4 address, the wildcard included. Otherwise the wildcard would open
   * IPv6 as well, and accepting from a socket that maps IPv4 addresses to IPv6 costs more.
   */
  private static ServerSocketChannel openFor(SocketAddress address) throws IOException {
    return switch (address) {
      case UnixDomainSocketAddress unix -> ServerSocketChannel.open(StandardProtocolFamily.UNIX);
      case InetSocketAddress inet -> {
        if (inet.isUnresolved()) {
          throw new UnknownHostException(inet.getHostString());
        }
        yield inet.getAddress() instanceof Inet4Address
            ? ServerSocketChannel.open(StandardProtocolFamily.INET)
            : ServerSocketChannel.open();
      }
      default -> throw new IllegalArgumentException("no transport for the address " + address);
    };
  }

  private static void bind(ServerSocketChannel channel, ListenAt at) throws IOException {
    try {
      channel.bind(at.address(), at.backlog());
    } catch (BindException e) {
      var named = new BindException(e.getMessage() + ": " + text(at.address()));
      named.initCause(e);
      throw named;
    }
  }

  private static String text(SocketAddress address) {
    return address instanceof InetSocketAddress inet
        ? inet.getHostString() + ":" + inet.getPort()
        : "unix:" + address;
  }

  @Override
  public SocketAddress localAddress() {
    return local;
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
    try {
      accepted = channel.accept();
    } catch (ClosedChannelException closed) {
      throw closed;
    } catch (IOException e) {
      throw outOfDescriptors() ? new OutOfDescriptorsException(e) : e;
    }
    if (accepted == null) {
      if (!quiet) {
        accepting.arm();
      }
      return null;
    }
    try {
      accepted.configureBlocking(false);
      options.applyToAccepted(accepted);
      return new TcpSocket(accepted, places);
    } catch (Throwable e) {
      accepted.close();
      throw e;
    }
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
    if (local instanceof UnixDomainSocketAddress) {
      throw new UnsupportedOperationException("a Unix socket takes one listening socket");
    }
    if (!channel.supportedOptions().contains(StandardSocketOptions.SO_REUSEPORT)) {
      throw new UnsupportedOperationException("this system has no SO_REUSEPORT");
    }
    channel.setOption(StandardSocketOptions.SO_REUSEPORT, true);
    return open(at, TcpOptions.of(at.options(), at.address()), true, places);
  }

  @Override
  public void options(Map<SocketOption<?>, Object> changed) throws IOException {
    TcpOptions now = TcpOptions.of(changed, local);
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
    return channel.isOpen();
  }

  @Override
  public void quiesce() {
    quiet = true;
    registration.leave();
  }

  /** Returns when the port is free: the kernel takes connects until the descriptor is released. */
  @Override
  public void close() throws IOException {
    try {
      registration.closeAndWait();
    } finally {
      acceptable.run();
    }
  }

  @Override
  public String toString() {
    return "tcp " + local + " [" + accepting + "]";
  }
}
