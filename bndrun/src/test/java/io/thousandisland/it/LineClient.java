// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.it;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** A peer that sends and reads lines. Waits 30 seconds at most. */
final class LineClient implements AutoCloseable {

  private final Socket socket;
  private final InputStream in;

  LineClient(int port) throws IOException {
    this(connected(port));
  }

  /**
   * @param socket connected
   */
  LineClient(Socket socket) throws IOException {
    this.socket = socket;
    socket.setSoTimeout(30_000);
    in = new BufferedInputStream(socket.getInputStream());
  }

  private static Socket connected(int port) throws IOException {
    var socket = new Socket();
    socket.setTcpNoDelay(true);
    socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 30_000);
    return socket;
  }

  void send(String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
  }

  String ask(String line) throws IOException {
    send(line + "\n");
    return line();
  }

  /** The next whole line; empty at the end of the stream. */
  String line() throws IOException {
    var bytes = new ByteArrayOutputStream();
    for (int next = in.read(); next != '\n'; next = in.read()) {
      if (next < 0) {
        if (bytes.size() > 0) {
          throw new AssertionError("the connection ended in the middle of: " + bytes);
        }
        return "";
      }
      bytes.write(next);
    }
    return bytes.toString(StandardCharsets.ISO_8859_1);
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
