// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.acceptance;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/**
 * A client in the middle of a large reply. Its receive buffer is small, so most of the reply is
 * still at the server.
 */
final class Transfer implements AutoCloseable {

  private static final int RECEIVE_BUFFER = 16 << 10;

  private final Socket socket = new Socket();
  private final int length;

  Transfer(int port, int length) throws IOException {
    this.length = length;
    socket.setReceiveBufferSize(RECEIVE_BUFFER);
    socket.setSoTimeout(30_000);
    socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 30_000);
  }

  /** Returns with the first byte. */
  void begin() throws IOException {
    socket
        .getOutputStream()
        .write(("bytes " + length + "\n").getBytes(StandardCharsets.ISO_8859_1));
    if (socket.getInputStream().read() != 0) {
      throw new IOException("a wrong first byte");
    }
  }

  /** Reads to the end of the connection. True when that was the whole reply, and nothing else. */
  boolean complete() {
    try {
      byte[] rest = socket.getInputStream().readAllBytes();
      boolean right = rest.length == length - 1;
      for (int i = 0; right && i < rest.length; i++) {
        right = rest[i] == (byte) ((i + 1) % 251);
      }
      return right;
    } catch (IOException reset) {
      return false;
    }
  }

  @Override
  public void close() {
    try {
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
