// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.transport;

import io.thousandisland.handler.TlsSession;
import java.io.Closeable;
import java.io.IOException;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.security.cert.Certificate;
import java.util.List;
import java.util.Optional;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * One accepted connection, non-blocking.
 *
 * <p>Thread: reads, writes and the handshake are called one at a time, by whichever thread the
 * connection is on; {@link #close} by any.
 */
@ConsumerType
public interface TransportSocket extends Closeable {

  /**
   * Names the listener that is told of readiness. Called before the first handshake step, read or
   * write, and again when another transport is laid over this one; the latest listener counts.
   */
  void start(Readiness readiness);

  /**
   * Has {@link Readiness#lent} called soon, on a thread that may be used: for work that the peer
   * does not ask for. After {@link #start}; any thread.
   *
   * @return false when there is no thread to lend: then the caller finds a thread itself (default)
   */
  default boolean askForThread() {
    return false;
  }

  /**
   * Goes on with the handshake as far as it can without waiting.
   *
   * @return true when it is complete; false when {@code readiness} will tell to call again
   * @throws IOException when it failed
   */
  default boolean handshake() throws IOException {
    return true;
  }

  /**
   * Reads the bytes that are there.
   *
   * <p>After a read that did not fill {@code into}, {@link Readiness#readable} is called as soon as
   * there is more to read: bytes, the end, or an error; the caller need not read again before.
   *
   * @param into a direct or heap buffer with room left
   * @return the bytes read; 0 when there are none now; -1 at the end of the stream
   */
  int read(ByteBuffer into) throws IOException;

  /**
   * Writes the bytes that the kernel takes.
   *
   * <p>After a write that left bytes in {@code from}, {@link Readiness#writable} is called as soon
   * as there is room again. The next write offers these bytes again, first and unchanged, unless
   * {@link #forgetLeft} is called before.
   *
   * @return the bytes taken, 0 or more
   */
  int write(ByteBuffer from) throws IOException;

  /**
   * The bytes that writes have left will not be offered again. A transport that has a part of them
   * on its way already, in an encrypted record for example, sends that part, and passes over none
   * of the bytes that are written next. By default it does nothing.
   */
  default void forgetLeft() {}

  /**
   * Gathering form of {@link #write(ByteBuffer)}: takes {@code from[offset]} to {@code from[offset
   * + length - 1]} in order. The default writes one buffer after the other.
   */
  default long write(ByteBuffer[] from, int offset, int length) throws IOException {
    long taken = 0;
    for (int i = offset; i < offset + length; i++) {
      taken += write(from[i]);
      if (from[i].hasRemaining()) {
        break;
      }
    }
    return taken;
  }

  /**
   * Writes bytes of a file without a way through our memory, as many as the kernel takes.
   *
   * <p>After a call that took fewer than {@code count} bytes, {@link Readiness#writable} is called
   * as soon as there is room again. The caller finds out whether the file has become too short.
   *
   * <p>The default has no such way; the caller then reads the file itself and calls {@link
   * #write(ByteBuffer)}. A transport that encrypts keeps the default.
   *
   * @param file open for reading; its position stays
   * @param position the offset of the first byte in the file
   * @param count 1 or more
   * @return the bytes taken, 0 or more; -1 when this transport has no such way for {@code file}
   */
  default long transferFrom(FileChannel file, long position, long count) throws IOException {
    return -1;
  }

  /** Tells the peer that no more bytes will come. */
  void shutdownOutput() throws IOException;

  /** Discards bytes that come from now on; the next read returns -1. */
  void shutdownInput() throws IOException;

  /** Closes for both sides. Any thread; idempotent. */
  @Override
  void close() throws IOException;

  SocketAddress localAddress();

  SocketAddress remoteAddress();

  /** True when the bytes travel encrypted. */
  default boolean secure() {
    return false;
  }

  /** The protocol chosen by ALPN. */
  default Optional<String> applicationProtocol() {
    return Optional.empty();
  }

  /** The peer's certificate chain, the peer's own certificate first. */
  default List<Certificate> peerCertificates() {
    return List.of();
  }

  /** The name the peer asked for by SNI. */
  default Optional<String> serverName() {
    return Optional.empty();
  }

  /** The outcome of the TLS handshake; empty when there is none. */
  default Optional<TlsSession> tls() {
    return Optional.empty();
  }

  /**
   * The value of an option.
   *
   * @throws UnsupportedOperationException when there is no such option
   */
  <T> T option(SocketOption<T> option) throws IOException;

  /**
   * Sets an option.
   *
   * @throws UnsupportedOperationException when there is no such option
   */
  <T> void option(SocketOption<T> option, T value) throws IOException;
}
