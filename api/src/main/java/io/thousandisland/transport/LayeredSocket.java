// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.transport;

import io.thousandisland.handler.TlsSession;
import java.io.IOException;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.security.cert.Certificate;
import java.util.List;
import java.util.Optional;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * A transport socket over another one. It hands everything down except the bytes, which a subclass
 * reads and writes in its own way.
 *
 * <p>The way for files ({@link #transferFrom}) is not handed down: past a layer that encrypts, a
 * file would travel in clear text. Bytes of files come by {@link #write} instead.
 *
 * <p>Thread: as for any transport socket.
 */
@ConsumerType
public abstract class LayeredSocket implements TransportSocket {

  /** The socket below. */
  protected final TransportSocket below;

  /** Makes a socket that owns {@code below}. */
  protected LayeredSocket(TransportSocket below) {
    this.below = below;
  }

  @Override
  public void start(Readiness readiness) {
    below.start(readiness);
  }

  @Override
  public boolean askForThread() {
    return below.askForThread();
  }

  @Override
  public boolean handshake() throws IOException {
    return below.handshake();
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
  public Optional<TlsSession> tls() {
    return below.tls();
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
