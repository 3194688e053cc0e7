package io.thousandisland.runtime.wire;

import io.thousandisland.transport.Readiness;
import io.thousandisland.transport.TransportSocket;
import java.io.IOException;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.nio.ByteBuffer;
import java.security.cert.Certificate;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A transport socket that first reads again the bytes that were read from it and not taken.
 *
 * <p>Thread: as for any transport socket.
 */
public final class Replay implements TransportSocket {

  private final ByteBuffer again;
  private final TransportSocket below;

  /** The connection's own thread sets and uses it. */
  private Readiness readiness;

  private Replay(ByteBuffer again, TransportSocket below, Readiness readiness) {
    this.again = again;
    this.below = below;
    this.readiness = readiness;
  }

  /** {@code below} itself when there is nothing to read again. */
  public static TransportSocket of(
      @Nullable ByteBuffer again, TransportSocket below, Readiness readiness) {
    return again == null ? below : new Replay(again, below, readiness);
  }

  /**
   * Goes on reading from {@code below} while there is room, so that the promise of a short read
   * holds.
   */
  @Override
  public int read(ByteBuffer into) throws IOException {
    int replayed = Math.min(again.remaining(), into.remaining());
    into.put(again.slice().limit(replayed));
    again.position(again.position() + replayed);
    int got = into.hasRemaining() ? below.read(into) : 0;
    if (replayed == 0) {
      return got;
    }
    if (got < 0) {
      readiness.readable(); // the end comes after these bytes, with the next read
      return replayed;
    }
    return replayed + got;
  }

  @Override
  public void start(Readiness told) {
    readiness = told;
    below.start(told);
  }

  @Override
  public boolean handshake() throws IOException {
    return below.handshake();
  }

  @Override
  public int write(ByteBuffer from) throws IOException {
    return below.write(from);
  }

  @Override
  public long write(ByteBuffer[] from, int offset, int length) throws IOException {
    return below.write(from, offset, length);
  }

  @Override
  public void shutdownOutput() throws IOException {
    below.shutdownOutput();
  }

  @Override
  public void shutdownInput() throws IOException {
    below.shutdownInput();
  }

  @Override
  public void close() throws IOException {
    below.close();
  }

  @Override
  public SocketAddress localAddress() {
    return below.localAddress();
  }

  @Override
  public SocketAddress remoteAddress() {
    return below.remoteAddress();
  }

  @Override
  public boolean secure() {
    return below.secure();
  }

  @Override
  public Optional<String> applicationProtocol() {
    return below.applicationProtocol();
  }

  @Override
  public List<Certificate> peerCertificates() {
    return below.peerCertificates();
  }

  @Override
  public Optional<String> serverName() {
    return below.serverName();
  }

  @Override
  public <T> T option(SocketOption<T> option) throws IOException {
    return below.option(option);
  }

  @Override
  public <T> void option(SocketOption<T> option, T value) throws IOException {
    below.option(option, value);
  }
}
