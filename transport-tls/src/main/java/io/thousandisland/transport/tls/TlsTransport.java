// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.transport.tls;

import io.thousandisland.transport.ListenAt;
import io.thousandisland.transport.ListeningChannel;
import io.thousandisland.transport.Transport;
import io.thousandisland.transport.TransportSocket;
import io.thousandisland.transport.tls.handshake.HandshakeBudget;
import io.thousandisland.transport.tls.handshake.HandshakeThreads;
import io.thousandisland.transport.tls.handshake.Offering;
import io.thousandisland.transport.tls.handshake.Terms;
import io.thousandisland.transport.tls.records.Buffers;
import java.io.IOException;
import java.util.Map;

/**
 * TLS over another transport, on the server's side.
 *
 * <p>Thread: any.
 */
final class TlsTransport implements Transport {

  /**
   * The room for four records of the greatest length: fewer calls of the transport below for long
   * messages.
   */
  static final int BUFFER = 4 * (16 * 1024 + 512);

  private final Transport below;
  private final Offering offer;
  private final HandshakeThreads threads;
  private final HandshakeBudget budget = new HandshakeBudget();
  private final Buffers buffers = new Buffers(BUFFER);

  /**
   * @param offer asked for each handshake, and before it is too late to say why there can be none
   */
  TlsTransport(Transport below, Offering offer, HandshakeThreads threads) {
    this.below = below;
    this.offer = offer;
    this.threads = threads;
  }

  @Override
  public ListeningChannel listen(ListenAt at) throws IOException {
    requireOffer();
    return new TlsListeningChannel(below.listen(at), this::secured);
  }

  @Override
  public TransportSocket over(TransportSocket socket, Map<String, Object> options)
      throws IOException {
    if (!options.isEmpty()) {
      throw new IllegalArgumentException(
          "unknown options " + options.keySet() + "; allowed: none, all is configured");
    }
    requireOffer();
    return secured(socket);
  }

  private void requireOffer() throws IOException {
    Terms unused = offer.now();
  }

  private TransportSocket secured(TransportSocket socket) {
    return new TlsSocket(socket, offer, threads, budget, buffers);
  }
}
