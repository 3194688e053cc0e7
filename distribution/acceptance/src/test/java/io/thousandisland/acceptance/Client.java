// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.acceptance;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;

/** A peer on a real socket. Waits 30 seconds for a reply at most. */
public final class Client implements AutoCloseable {

  private final Socket socket = new Socket();

  public Client(int port) throws IOException {
    socket.setSoTimeout(30_000);
    socket.setTcpNoDelay(true);
    socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 30_000);
  }

  /** Sends a text, and returns as many bytes of reply; fewer only when the connection ends. */
  public String ask(String text) throws IOException {
    send(text);
    return reply(text.length());
  }

  /**
   * As {@link #ask}, but returns an empty text when the server ends the connection before it
   * replies.
   */
  public String askUntilTheEnd(String text) throws IOException {
    try {
      return ask(text);
    } catch (SocketException reset) {
      return ""; // the server closed the connection before it read our bytes
    }
  }

  public void send(String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
  }

  public String reply(int length) throws IOException {
    return new String(socket.getInputStream().readNBytes(length), StandardCharsets.UTF_8);
  }

  /** The bytes up to the next line feed, which is included. */
  public String line() throws IOException {
    var line = new ByteArrayOutputStream();
    for (int b = socket.getInputStream().read(); b >= 0; b = socket.getInputStream().read()) {
      line.write(b);
      if (b == '\n') {
        break;
      }
    }
    return line.toString(StandardCharsets.UTF_8);
  }

  /** The number of bytes of reply that have arrived already. */
  public int available() throws IOException {
    return socket.getInputStream().available();
  }

  /** Waits for the next byte. True when the server closes the connection instead. */
  public boolean seesEnd() throws IOException {
    return socket.getInputStream().read() < 0;
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
