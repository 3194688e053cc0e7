package io.thousandisland.handler;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * An application protocol, served to every connection of a server.
 *
 * <p>One service object serves all connections; what belongs to one connection lives in its state
 * {@code S}, which each callback receives and each answer hands on. Register it as an OSGi service
 * with a {@link HandlerName}.
 *
 * <p>Thread: all callbacks of one connection run on that connection's own virtual thread and never
 * overlap; callbacks of different connections run at the same time. Blocking is welcome everywhere.
 * Of a {@link HandlerNonblocking} they run on whichever thread found the bytes, and do not overlap
 * either. During a callback the thread's context class loader is that of the handler's class.
 *
 * <p>Errors: whatever a callback throws, {@code Error}s included, ends this connection only. A
 * {@link ReadTimeoutException}, a {@link PeerClosedException} or a {@link ShutdownException} that a
 * callback lets pass ends the connection in {@code handleTimeout}, {@code handleClose} or {@code
 * handleShutdown}; anything else ends it in {@code handleError}.
 *
 * <p>Exactly one of {@code handleClose}, {@code handleError}, {@code handleTimeout} and {@code
 * handleShutdown} ends every connection whose {@code handleConnection} was called or whose
 * handshake failed; the socket is closed right after it. A connection that moves to another handler
 * ends with that one.
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
   * <p>{@code data} is lent for the call only. What the handler leaves unread in it (between its
   * position and limit) is kept and comes again, in front of the bytes that arrive next; so a
   * handler may take whole messages and leave the beginning of one. The default takes all and
   * ignores it.
   *
   * @param data at least one byte, in the order it was sent
   * @throws Exception to end the connection in {@link #handleError}
   */
  default Next<S> handleData(ByteBuffer data, Socket socket, S state) throws Exception {
    data.position(data.limit());
    return Next.proceed(state);
  }

  /**
   * The peer has closed its side (half-close): no more bytes will come. The default closes, too,
   * and the connection ends in {@link #handleClose}. A handler that proceeds may still send, hears
   * messages, and ends the connection when it likes; the read timeout goes on counting.
   *
   * <p>A handler that waits in {@link Socket#receive()} meets a {@link PeerClosedException} there,
   * instead of this.
   *
   * @param rest what earlier callbacks left unread, in the order it was sent; often nothing. Lent
   *     for the call only
   * @throws Exception to end the connection in {@link #handleError}
   */
  default Next<S> handleHalfClose(ByteBuffer rest, Socket socket, S state) throws Exception {
    return Next.close(state);
  }

  /**
   * Somebody called {@link SocketRef#tell}. The default drops the message, which the server reports
   * as an event.
   *
   * @throws Exception to end the connection in {@link #handleError}
   */
  default Next<S> handleMessage(Object message, Socket socket, S state) throws Exception {
    throw new UnhandledMessageException(message);
  }

  /**
   * Advice to finish soon: the server, the acceptor or this handler is being drained. The default
   * ends the connection in {@link #handleShutdown} as soon as it is idle ({@link
   * Next#closeWhenIdle}). A handler that answers {@link Next#proceed} carries on; a connection that
   * is still there when the drain timeout is over hears {@link #handleShutdown}.
   *
   * @throws Exception to end the connection in {@link #handleError}
   */
  default Next<S> handleDrain(Socket socket, S state) throws Exception {
    return Next.closeWhenIdle(state);
  }

  /**
   * This handler leaves and the connection stays: gives away the state in a form that the next
   * handler, another version of this one perhaps, can take up. It is the last callback of this
   * handler on this connection. Runs at a callback boundary, in place of a terminal callback.
   *
   * <p>The default gives the state itself, which will do when it is null or made of JDK types. A
   * state of a type of the handler's own bundle cannot outlive the bundle: override this and return
   * what it consists of.
   *
   * @return null, or something made of types of the JDK or of this api: strings, numbers, arrays,
   *     collections, {@code java.time}. Collections and arrays are looked into. Anything else is
   *     refused, and the connection drained
   * @throws MigrationDeclinedException to have the connection drained instead; whatever else is
   *     thrown does the same
   */
  default @Nullable Object exportState(Socket socket, S state) throws Exception {
    return state;
  }

  /**
   * A connection that another handler has left goes on with this one: takes up what that one
   * exported. Called in place of {@link #handleConnection}, on the connection's thread; bytes that
   * have arrived and were not taken come with the next {@link #handleData}.
   *
   * <p>The default takes {@code snapshot} as the state when it is of the type {@code S}, and
   * declines otherwise.
   *
   * @param snapshot what the other handler's {@link #exportState} returned
   * @return how to go on; the state in it is the connection's first with this handler
   * @throws MigrationDeclinedException when this handler cannot go on from there; whatever else is
   *     thrown does the same. The connection then stays with the handler it has, and is drained; if
   *     that has left already it is closed
   */
  @SuppressWarnings({"unchecked", "NullAway"}) // the server has looked at it
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
   * @param reason what failed
   * @param state the last state; null when {@code handleConnection} had not answered yet
   */
  default void handleError(Throwable reason, Socket socket, S state) {}

  /** The connection ends because no data came within the read timeout. The socket is still open. */
  default void handleTimeout(Socket socket, S state) {}

  /**
   * The connection ends because the server shuts down or the drain timeout is over. The socket is
   * still open, for a goodbye; the shutdown timeout bounds the time it may take.
   */
  default void handleShutdown(Socket socket, S state) {}
}
