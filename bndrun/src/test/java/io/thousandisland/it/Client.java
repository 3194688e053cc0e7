// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.it;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** A peer on a real socket. Waits 20 seconds for a reply at most. */
final class Client implements AutoCloseable {

  private final Socket socket = new Socket();

  Client(int port) throws IOException {
    socket.setSoTimeout(20_000);
    socket.setTcpNoDelay(true);
    socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 20_000);
  }

  /**
   * Sends a text and returns the reply: a tag of two bytes, a colon, and as many bytes as were
   * sent.
   */
  String ask(String text) throws IOException {
    send(text);
    return reply(text.length() + 3);
  }

  void send(String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
  }

  String reply(int length) throws IOException {
    return new String(socket.getInputStream().readNBytes(length), StandardCharsets.UTF_8);
  }

  /** Waits for the next byte. True when the server closes the connection instead. */
  boolean seesEnd() throws IOException {
    return socket.getInputStream().read() < 0;
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
