// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.runtime.server;

import io.thousandisland.transport.ListenAt;
import io.thousandisland.transport.ListeningChannel;
import io.thousandisland.transport.Transport;
import io.thousandisland.transport.TransportSocket;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/**
 * A stand-in for TLS, without the cryptography: it lies over another transport, begins with a
 * handshake of several rounds, and changes every byte on its way.
 */
final class MaskTransport implements Transport {

  private final Transport below;
  private final int rounds;
  private final int reply;

  /** Released after each step of a handshake that has to wait for the peer. */
  final Semaphore inVain = new Semaphore(0);

  /**
   * @param rounds how often in a handshake the peer sends a byte and gets a reply
   * @param reply bytes of each reply
   */
  MaskTransport(Transport below, int rounds, int reply) {
    this.below = below;
    this.rounds = rounds;
    this.reply = reply;
  }

  /** Masks a text; the same operation takes the mask off again. */
  static byte[] mask(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] ^= MaskSocket.MASK;
    }
    return bytes;
  }

  static String unmask(byte[] bytes) {
    return new String(
        mask(new String(bytes, StandardCharsets.ISO_8859_1)), StandardCharsets.ISO_8859_1);
  }

  @Override
  public TransportSocket over(TransportSocket socket, Map<String, Object> options) {
    if (!options.isEmpty()) {
      throw new IllegalArgumentException("unknown options " + options.keySet());
    }
    return new MaskSocket(socket, rounds, reply, inVain);
  }

  @Override
  public ListeningChannel listen(ListenAt at) throws IOException {
    ListeningChannel real = below.listen(at);
    return new ListeningChannel() {
      @Override
      public SocketAddress localAddress() {
        return real.localAddress();
      }

      @Override
      public void start(Runnable acceptable) {
        real.start(acceptable);
      }

      @Override
      public @Nullable TransportSocket accept() throws IOException {
        return real.accept();
      }

      @Override
      public TransportSocket over(TransportSocket bare) {
        return new MaskSocket(bare, rounds, reply, inVain);
      }

      @Override
      public boolean isOpen() {
        return real.isOpen();
      }

      @Override
      public void close() throws IOException {
        real.close();
      }
    };
  }
}
