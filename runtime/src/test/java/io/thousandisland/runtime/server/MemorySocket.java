// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.server;

import io.thousandisland.transport.Readiness;
import io.thousandisland.transport.TransportSocket;
import java.io.IOException;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.nio.ByteBuffer;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The server's end of a connection that no kernel knows of. */
final class MemorySocket implements TransportSocket {

  private final MemoryPipe in;
  private final MemoryPipe out;
  private final SocketAddress local;
  private final SocketAddress remote;
  private final Executor teller;

  /** Read by the thread that tells of readiness. */
  private volatile @Nullable Readiness readiness;

  MemorySocket(
      MemoryPipe in, MemoryPipe out, SocketAddress local, SocketAddress remote, Executor teller) {
    this.in = in;
    this.out = out;
    this.local = local;
    this.remote = remote;
    this.teller = teller;
    in.tellReader(() -> tell(Readiness::readable));
    out.tellWriter(() -> tell(Readiness::writable));
  }

  private void tell(Consumer<Readiness> what) {
    teller.execute(
        () -> {
          Readiness told = readiness;
          if (told != null) {
            what.accept(told);
          }
        });
  }

  @Override
  public void start(Readiness told) {
    readiness = told;
  }

  @Override
  public int read(ByteBuffer into) throws IOException {
    return in.read(into);
  }

  @Override
  public int write(ByteBuffer from) throws IOException {
    return out.write(from);
  }

  @Override
  public void shutdownOutput() {
    out.end();
  }

  @Override
  public void shutdownInput() {
    in.end();
  }

  @Override
  public void close() {
    out.end();
    in.abandon();
    tell(Readiness::readable);
    tell(Readiness::writable);
  }

  @Override
  public SocketAddress localAddress() {
    return local;
  }

  @Override
  public SocketAddress remoteAddress() {
    return remote;
  }

  @Override
  public <T> T option(SocketOption<T> option) {
    throw new UnsupportedOperationException(option.name());
  }

  @Override
  public <T> void option(SocketOption<T> option, T value) {
    throw new UnsupportedOperationException(option.name());
  }
}
