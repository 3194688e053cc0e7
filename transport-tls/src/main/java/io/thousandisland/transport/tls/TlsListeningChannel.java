// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.transport.tls;

import io.thousandisland.transport.ListenAt;
import io.thousandisland.transport.ListeningChannel;
import io.thousandisland.transport.ThreadLender;
import io.thousandisland.transport.TransportSocket;
import java.io.IOException;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A listening channel of the transport below, whose connections speak TLS.
 *
 * <p>Thread: as for any listening channel.
 */
final class TlsListeningChannel implements ListeningChannel {

  private final ListeningChannel below;
  private final UnaryOperator<TransportSocket> secured;

  /**
   * @param secured lays TLS over a connection
   */
  TlsListeningChannel(ListeningChannel below, UnaryOperator<TransportSocket> secured) {
    this.below = below;
    this.secured = secured;
  }

  @Override
  public SocketAddress localAddress() {
    return below.localAddress();
  }

  @Override
  public void start(Runnable acceptable) {
    below.start(acceptable);
  }

  @Override
  public boolean askForThread(Consumer<ThreadLender> turn) {
    return below.askForThread(turn);
  }

  @Override
  public @Nullable TransportSocket accept() throws IOException {
    return below.accept();
  }

  @Override
  public TransportSocket over(TransportSocket bare) throws IOException {
    return secured.apply(below.over(bare));
  }

  @Override
  public ListeningChannel another(ListenAt at) throws IOException {
    return new TlsListeningChannel(below.another(at), secured);
  }

  @Override
  public void options(Map<SocketOption<?>, Object> options) throws IOException {
    below.options(options);
  }

  @Override
  public boolean isOpen() {
    return below.isOpen();
  }

  @Override
  public void quiesce() throws IOException {
    below.quiesce();
  }

  @Override
  public void close() throws IOException {
    below.close();
  }
}
