// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.handler;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * An application protocol, served to every connection of a server.
 *
 * <p>One service object serves all connections; the data of one connection lives in its state
 * {@code S}, which each callback receives and each answer hands on. Register it as an OSGi service
 * with a {@link HandlerName}.
 *
 * <p>Thread: all callbacks of one connection run on that connection's own virtual thread and never
 * overlap; callbacks of different connections run at the same time. Blocking is welcome everywhere.
 * The callbacks of a {@link HandlerNonblocking} run on whichever thread found the bytes, and do not
 * overlap either. During a callback the thread's context class loader is that of the handler's
 * class.
 *
 * <p>Errors: anything that a callback throws, {@code Error}s included, ends this connection only. A
 * {@link ReadTimeoutException}, a {@link PeerClosedException} or a {@link ShutdownException} that a
 * callback lets pass ends the connection in {@code handleTimeout}, {@code handleClose} or {@code
 * handleShutdown}; anything else ends it in {@code handleError}.
 *
 * <p>Exactly one of {@code handleClose}, {@code handleError}, {@code handleTimeout} and {@code
 * handleShutdown} ends every connection whose {@code handleConnection} was called or whose
 * handshake failed; the socket is closed right after it. A connection that moves to another handler
 * ends with that handler.
 *
 * @param <S> the state of one connection; {@code Void} for handlers that keep none
 */
@ConsumerType
public interface Handler<S extends @Nullable Object> {

  /**
   * The connection is ready: accepted, its handshake done.
   *
   * @return how to go on; the state in it is the connection's first
   * @throws Exception to end the connection in {@link #handleError}
   */
  @SuppressWarnings("NullAway") // no state yet: the default suits handlers that keep none
  default Next<S> handleConnection(Socket socket) throws Exception {
    return Next.proceed(null);
  }

  /**
   * Bytes have arrived.
   *
   * <p>{@code data} is lent for the call only. The bytes that the handler leaves unread in it
   * (between its position and limit) are kept and come again, in front of the bytes that arrive
   * next. So a handler may take whole messages and leave the beginning of another message. The
   * default takes all bytes and ignores them.
   *
   * @param data at least one byte, in the order of sending
   * @throws Exception to end the connection in {@link #handleError}
   */
  default Next<S> handleData(ByteBuffer data, Socket socket, S state) throws Exception {
    data.position(data.limit());
    return Next.proceed(state);
  }

  /**
   * The peer has closed its side (half-close): no more bytes will come. The default closes, too,
   * and the connection ends in {@link #handleClose}. A handler that proceeds may still send, gets
   * messages, and ends the connection when it likes; the read timeout goes on counting.
   *
   * <p>A handler that waits in {@link Socket#receive()} gets a {@link PeerClosedException} there,
   * instead of this callback.
   *
   * @param rest the bytes that earlier callbacks left unread, in the order of sending; often none.
   *     Lent for the call only
   * @throws Exception to end the connection in {@link #handleError}
   */
  default Next<S> handleHalfClose(ByteBuffer rest, Socket socket, S state) throws Exception {
    return Next.close(state);
  }

  /**
   * A message from {@link SocketRef#tell}. The default drops the message, and the server reports
   * the drop as an event.
   *
   * @throws Exception to end the connection in {@link #handleError}
   */
  default Next<S> handleMessage(Object message, Socket socket, S state) throws Exception {
    throw new UnhandledMessageException(message);
  }

  /**
   * Advice to finish soon: the server, the acceptor or this handler is being drained, or the
   * connection has reached the server's {@code maxAge}. The default ends the connection in {@link
   * #handleShutdown} as soon as it is idle ({@link Next#closeWhenIdle}). A handler that answers
   * {@link Next#proceed} carries on; a connection that is still there when the drain timeout is
   * over gets {@link #handleShutdown}.
   *
   * @throws Exception to end the connection in {@link #handleError}
   */
  default Next<S> handleDrain(Socket socket, S state) throws Exception {
    return Next.closeWhenIdle(state);
  }

  /**
   * Gives away the state, in a form that the next handler can take up: this handler leaves and the
   * connection stays. The next handler may be another version of this one. This is the last
   * callback of this handler on this connection. It runs at a callback boundary, in place of a
   * terminal callback.
   *
   * <p>The default returns the state itself, which is enough when the state is null or made of JDK
   * types. A state of a type of the handler's own bundle cannot outlive the bundle: override this
   * method and return the parts of the state.
   *
   * @return null, or something made of types of the JDK or of this api: strings, numbers, arrays,
   *     collections, {@code java.time}. The server looks into collections and arrays. Anything else
   *     is refused, and the connection is drained
   * @throws MigrationDeclinedException to have the connection drained instead; anything else thrown
   *     does the same
   */
  default @Nullable Object exportState(Socket socket, S state) throws Exception {
    return state;
  }

  /**
   * Takes up the state that another handler exported: a connection that the other handler has left
   * goes on with this handler. Called in place of {@link #handleConnection}, on the connection's
   * thread. Bytes that have arrived and were not taken come with the next {@link #handleData}.
   *
   * <p>The default takes {@code snapshot} as the state when it is of the type {@code S}, and
   * declines otherwise.
   *
   * @param snapshot what the other handler's {@link #exportState} returned
   * @return how to go on; the state in it is the connection's first with this handler
   * @throws MigrationDeclinedException when this handler cannot go on from there; anything else
   *     thrown does the same. The connection then stays with the handler it has, and is drained; if
   *     that handler has left already, the connection is closed
   */
  @SuppressWarnings({"unchecked", "NullAway"}) // the server has looked at the snapshot
  default Next<S> importState(@Nullable Object snapshot, Socket socket) throws Exception {
    return Next.proceed((S) snapshot);
  }

  /**
   * The connection ends in the ordinary way: the peer closed it, or a callback answered {@link
   * Next#close}.
   */
  default void handleClose(Socket socket, S state) {}

  /**
   * The connection ends because something failed: a callback threw or answered {@link Next#fail},
   * the peer reset the connection, or the handshake did not succeed.
   *
   * @param reason the failure
   * @param state the last state; null when {@code handleConnection} had not answered yet
   */
  default void handleError(Throwable reason, Socket socket, S state) {}

  /**
   * The connection ends because of a peer that was silent or slow: no data came within the read
   * timeout, no first byte came in time, or bytes came or went below the least rate. The socket is
   * still open.
   */
  default void handleTimeout(Socket socket, S state) {}

  /**
   * The connection ends because the server shuts down, the drain timeout is over, or the connection
   * has reached its greatest age. The socket is still open, for a goodbye; the shutdown timeout
   * bounds the time it may take.
   */
  default void handleShutdown(Socket socket, S state) {}
}
