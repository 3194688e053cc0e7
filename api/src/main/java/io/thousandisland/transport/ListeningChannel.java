// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.transport;

import java.io.Closeable;
import java.io.IOException;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * A bound port that connections arrive at.
 *
 * <p>Thread: any; several acceptors share one channel, though the runtime lets one of them accept
 * at a time.
 */
@ConsumerType
public interface ListeningChannel extends Closeable {

  /** The address at which the channel listens, the actual port included. Valid after close, too. */
  SocketAddress localAddress();

  /**
   * Names the callback that is told when a connection may be waiting. Called once, before the first
   * {@link #accept}. {@code acceptable} runs after an {@code accept} returned null and a connection
   * arrived since; extra calls do no harm. {@code acceptable} is called by a thread of the
   * transport's, and by the thread that closes the channel. It never blocks and throws nothing.
   */
  void start(Runnable acceptable);

  /**
   * Has {@code turn} called soon, on a thread that may be used to accept: the same thread that
   * tells that a connection may be waiting. After {@link #start}; any thread.
   *
   * @return false when there is no thread to lend: then the caller finds a thread itself (default)
   */
  default boolean askForThread(Consumer<ThreadLender> turn) {
    return false;
  }

  /**
   * Takes one waiting connection, or returns null when there is none; never waits for one.
   *
   * @throws java.nio.channels.ClosedChannelException when this channel is closed: a normal end
   * @throws OutOfDescriptorsException when the process cannot open another descriptor now
   * @throws IOException when only the connection in question failed, which concerns its client
   *     alone
   */
  @Nullable TransportSocket accept() throws IOException;

  /**
   * Lays over a connection what this transport adds to the bytes as they are accepted: a transport
   * that encrypts does so here. Its handshake has not begun. Called once for each connection that
   * goes on, after {@link #accept}, and behind the header of a proxy. By default it adds nothing.
   *
   * <p>A transport that encrypts in {@link #accept} already gets no header of a proxy below its
   * encryption.
   *
   * @param bare a connection that {@code accept} has returned, or one that first gives the bytes
   *     again that were read from it; the returned socket owns it
   */
  default TransportSocket over(TransportSocket bare) throws IOException {
    return bare;
  }

  /**
   * Opens a further channel that shares the port of this one: new connections are spread over both,
   * as with {@code SO_REUSEPORT}. No other program is let in.
   *
   * @param at names the port of this channel; the host may be another one
   * @throws UnsupportedOperationException when channels of this transport, or on this system, share
   *     no port (default)
   * @throws java.net.BindException as for {@link Transport#listen}
   */
  default ListeningChannel another(ListenAt at) throws IOException {
    throw new UnsupportedOperationException("channels of this transport cannot share a port");
  }

  /**
   * Replaces the socket options: options of this channel at once, options of connections from the
   * next connection on. Clients that wait to be accepted stay. All options apply, or none.
   *
   * @throws IllegalArgumentException when an option cannot be set; the message names it
   * @throws UnsupportedOperationException when options are fixed once a channel is open (default)
   */
  default void options(Map<SocketOption<?>, Object> options) throws IOException {
    throw new UnsupportedOperationException("socket options are fixed while the channel is open");
  }

  boolean isOpen();

  /**
   * Prepares the close: from now on no thread is told of clients. The kernel still queues those
   * that have found the way, and {@link #accept} takes them. When this returns, a close takes
   * effect at once: a caller that accepts until there is none, and then closes, leaves no client
   * behind that would be reset. Any thread; idempotent. By default it does nothing.
   */
  default void quiesce() throws IOException {}

  /** Refuses new connections from now on. Accepted connections live on. Idempotent. */
  @Override
  void close() throws IOException;
}
