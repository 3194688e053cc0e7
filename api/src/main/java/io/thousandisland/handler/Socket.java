// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.handler;

import java.io.IOException;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.cert.Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.osgi.annotation.versioning.ProviderType;

/**
 * One connection, as its handler sees it: bytes out, bytes in on demand, and facts.
 *
 * <p>Thread: belongs to the callbacks of its connection. {@link #ref()} gives a handle that other
 * threads may hold.
 */
@ProviderType
public interface Socket {

  /** The connection's number, unique within its server as long as the server's bundle runs. */
  long id();

  /**
   * Sends all of {@code data}; returns when the kernel has all of it, so memory stays bounded. When
   * the handler is to leave or to finish meanwhile, or has promised not to block ({@link
   * HandlerNonblocking}), the call returns sooner: the server keeps the bytes that the peer has not
   * taken yet, up to its {@code unsentLimit}, and sends them before it reads again.
   *
   * <p>Only in a callback, on the callback's thread, as with {@link #receive()}.
   *
   * @throws SendTimeoutException when the peer did not take it within the send timeout, or takes it
   *     too slowly
   * @throws IOException when the connection is broken or closed
   */
  void send(ByteBuffer data) throws IOException;

  /**
   * Sends all of several buffers, in order, as one gathering write where the transport has one.
   *
   * @throws SendTimeoutException when the peer did not take it within the send timeout, or takes it
   *     too slowly
   * @throws IOException when the connection is broken or closed
   */
  void send(ByteBuffer... data) throws IOException;

  /** Sends all of {@code data}, as {@link #send(ByteBuffer)} does. */
  default void send(byte[] data) throws IOException {
    send(ByteBuffer.wrap(data));
  }

  /** Sends {@code text} as UTF-8, as {@link #send(ByteBuffer)} does. */
  default void send(String text) throws IOException {
    send(text.getBytes(StandardCharsets.UTF_8));
  }

  /**
   * Sends all of a file, of any length, in little memory: over TCP the kernel takes the bytes from
   * the file itself. The file is opened and closed by this call, in order with the bytes that are
   * sent before and after it.
   *
   * <p>Returns when the kernel has all of it. When the handler is to leave or to finish meanwhile,
   * or has promised not to block ({@link HandlerNonblocking}), the call returns sooner, and the
   * server sends what is left of the file before it reads again, whatever {@code unsentLimit} is. A
   * further file of the same connection waits until that is done.
   *
   * <p>The length is that at the time of the call: bytes added later are not sent. The file must
   * not be changed until the peer has its bytes, because the kernel may read them late; replace the
   * file instead.
   *
   * <p>Only in a callback, on the callback's thread.
   *
   * @throws java.nio.file.NoSuchFileException when there is no such file; nothing is sent
   * @throws java.nio.file.FileSystemException when it is not a regular file; nothing is sent
   * @throws SendTimeoutException when the peer did not take it within the send timeout, or takes it
   *     too slowly
   * @throws IOException when the connection is broken or closed, or when the file has become
   *     shorter meanwhile: then the peer has a part of it, and the handler should fail
   */
  void sendFile(Path file) throws IOException;

  /**
   * Sends {@code length} bytes of a file, as {@link #sendFile(Path)} does.
   *
   * @param offset of the first byte; from 0 to the length of the file
   * @param length from 0, which sends nothing, to the number of bytes from {@code offset} on
   * @throws IllegalArgumentException when the file does not have these bytes; nothing is sent
   */
  void sendFile(Path file, long offset, long length) throws IOException;

  /**
   * Sends {@code length} bytes of a file that is open, as {@link #sendFile(Path, long, long)} does,
   * but always returns when the kernel has all of it: afterwards the file is the caller's alone,
   * who closes it. So a handler that is to leave leaves later.
   *
   * @param file a regular file, open for reading; stays open, at its position
   * @throws IllegalArgumentException when the file does not have these bytes; nothing is sent
   */
  void sendFile(FileChannel file, long offset, long length) throws IOException;

  /**
   * Waits for data and returns the bytes that are there, at least one, in a buffer of the caller's
   * own. Honours the read timeout.
   *
   * @throws ReadTimeoutException when nothing came in time, or the peer sends too slowly
   * @throws PeerClosedException when the peer has closed its side
   * @throws ShutdownException when the server shuts down meanwhile
   * @throws IOException when the connection is broken or closed
   */
  ByteBuffer receive() throws IOException;

  /** {@link #receive()} with a timeout of its own, {@link ReadTimeout#FOREVER} for none. */
  ByteBuffer receive(Duration timeout) throws IOException;

  /**
   * Waits for exactly {@code bytes} bytes. Takes no byte more from the stream. When it fails, the
   * bytes that did come are lost to the caller.
   *
   * @param bytes at least 1
   * @throws ReadTimeoutException when no byte came for the length of the read timeout, or the peer
   *     sends too slowly
   * @throws PeerClosedException when the peer closed its side before all had come
   * @throws ShutdownException when the server shuts down meanwhile
   * @throws IOException when the connection is broken or closed
   */
  ByteBuffer receive(int bytes) throws IOException;

  /** {@link #receive(int)} with a timeout of its own, {@link ReadTimeout#FOREVER} for none. */
  ByteBuffer receive(int bytes, Duration timeout) throws IOException;

  /**
   * Waits for {@code delimiter} and returns the bytes before it. Takes the delimiter, and no byte
   * more, from the stream. When it fails, the bytes that did come are lost to the caller.
   *
   * @param delimiter one byte or more
   * @param limit the most bytes before the delimiter; 0 or more
   * @throws FrameTooLongException when the delimiter does not come within {@code limit} bytes
   * @throws ReadTimeoutException when no byte came for the length of the read timeout
   * @throws PeerClosedException when the peer closed its side before the delimiter had come
   * @throws ShutdownException when the server shuts down meanwhile
   * @throws IOException when the connection is broken or closed
   */
  ByteBuffer receiveUntil(byte[] delimiter, int limit) throws IOException;

  /**
   * Half-close: tells the peer that no more bytes will come. Receiving goes on.
   *
   * @throws IOException when the connection is broken or closed
   */
  void shutdownOutput() throws IOException;

  /**
   * Half-close of the other direction: bytes that come from now on are discarded, and the stream
   * counts as ended by the peer.
   *
   * @throws IOException when the connection is broken or closed
   */
  void shutdownInput() throws IOException;

  /**
   * Whether the peer has closed its side or reset the connection; for callbacks that work for long.
   * Bytes that the peer sent before are kept for later, up to {@code unreadLimit}. Never waits.
   *
   * @throws IOException when more bytes than {@code unreadLimit} have come before the end
   */
  boolean peerGone() throws IOException;

  /**
   * Closes the connection: nothing can be sent or received from now on, and the peer gets the end
   * behind the bytes that were sent. The callback's answer then ends in handleClose.
   */
  void close();

  /**
   * Breaks the connection off: the peer gets a reset instead of an end, so it does not take what it
   * has for the whole. Bytes that it has not taken yet are lost. For handlers that cannot finish
   * what they have begun, also in their last callback. Another callback's answer ends in
   * handleClose then, unless it throws.
   *
   * <p>Where a transport has no resets, as at Unix sockets, the peer gets an end.
   *
   * <p>Only in a callback, on the callback's thread.
   */
  void reset();

  /** A handle on this connection that any thread may keep and use. */
  SocketRef ref();

  /**
   * Has {@link Handler#handleMessage} called with {@code message} after {@code delay}, in place of
   * a timer. The message comes between two callbacks, so it may come later. It does not move the
   * read timeout. When the connection ends, the message is dropped. When the connection moves to
   * another handler, messages of types of the JDK or of this api go along.
   *
   * <p>Only in a callback, on the callback's thread.
   *
   * @param delay zero or longer; its resolution is 10 ms
   * @throws IllegalStateException when {@code mailboxSize} delayed messages wait already
   */
  Delayed tellLater(Duration delay, Object message);

  /**
   * From now on this connection takes no place of {@code maxConnections} and of the limits for one
   * acceptor and one address: for connections that are cheap, or that must not keep others out,
   * such as those of a monitor. A client that waits for a place gets this one. Without effect when
   * called again.
   *
   * <p>Only in a callback, on the callback's thread.
   */
  void uncount();

  /** The server that this connection belongs to. */
  ServerRef server();

  /**
   * Gives this connection a short text for people, such as a user's name: it is shown in lists,
   * logs and thread names, and goes along when the connection moves to another handler. Control
   * characters become {@code ?}; text beyond 100 characters is cut off. An empty text is no label.
   *
   * <p>Only in a callback, on the callback's thread.
   */
  void label(String text);

  /** The label; empty when there is none. */
  String label();

  /**
   * True once this connection was advised to finish soon; for handlers that own the conversation.
   *
   * <p>It may be true before {@link Handler#handleDrain} is called. The connection may also move to
   * another handler then, and {@code handleDrain} is not called here at all. So it is no reason to
   * drop bytes that the peer has sent.
   */
  boolean draining();

  /**
   * The address that the peer has connected to. Behind a proxy that tells it ({@link
   * #proxyHeader}): the address that the client has connected to.
   */
  SocketAddress localAddress();

  /**
   * The peer's address. Behind a proxy that tells it ({@link #proxyHeader}): the client's address.
   */
  SocketAddress remoteAddress();

  /** The peer's address, also where the peer is a proxy. */
  SocketAddress peerAddress();

  /**
   * The header of the PROXY protocol that the connection began with; empty when it began without
   * one. {@code proxyProtocol} and {@code proxySources} decide who may send one.
   *
   * <p>Its facts are those of the client's connection to the proxy: {@link #secure}, {@link
   * #applicationProtocol}, {@link #peerCertificates} and {@link #serverName} are those of the
   * connection itself, which may be plain.
   */
  Optional<ProxyHeader> proxyHeader();

  /** The {@code transport.name} of the transport this connection runs over. */
  String transport();

  /** True when the transport encrypts. */
  boolean secure();

  /** The protocol chosen by ALPN, if any. */
  Optional<String> applicationProtocol();

  /**
   * The peer's certificate chain, the peer's own certificate first; empty when the peer showed
   * none.
   */
  List<Certificate> peerCertificates();

  /** The name the peer asked for by SNI, if any. */
  Optional<String> serverName();

  /** The outcome of the TLS handshake; empty when the bytes do not travel over TLS. */
  Optional<TlsSession> tls();

  /** Bytes and calls so far. */
  Counters counters();

  /** When the connection was accepted. */
  Instant started();

  /**
   * The value of a socket option.
   *
   * @throws UnsupportedOperationException when the transport has no such option
   */
  <T> T option(SocketOption<T> option) throws IOException;

  /**
   * Sets a socket option.
   *
   * @throws UnsupportedOperationException when the transport has no such option
   */
  <T> void option(SocketOption<T> option, T value) throws IOException;
}
