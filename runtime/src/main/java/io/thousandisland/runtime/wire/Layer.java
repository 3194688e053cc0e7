package io.thousandisland.runtime.wire;

import io.thousandisland.handler.TlsSession;
import io.thousandisland.transport.Readiness;
import io.thousandisland.transport.TransportSocket;
import java.io.IOException;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.security.cert.Certificate;
import java.util.List;
import java.util.Optional;

/**
 * A transport socket over another one: it hands everything down, except what a subclass does
 * itself.
 *
 * <p>Thread: as for any transport socket.
 */
abstract class Layer implements TransportSocket {

  final TransportSocket below;

  Layer(TransportSocket below) {
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
  public int read(ByteBuffer into) throws IOException {
    return below.read(into);
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
  public void forgetLeft() {
    below.forgetLeft();
  }

  @Override
  public long transferFrom(FileChannel file, long position, long count) throws IOException {
    return below.transferFrom(file, position, count);
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
