// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.acceptance.peers;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;

/** A connection on which lines go back and forth. */
final class Line implements AutoCloseable {

  private static final int PATIENCE_MILLIS = 60_000;

  private final Socket socket = new Socket();
  private final InputStream in;

  Line(int port) throws IOException {
    this(port, new InetSocketAddress(0), 0, PATIENCE_MILLIS);
  }

  /**
   * A connection from a certain address.
   *
   * @param from the wildcard for any
   * @param receiveBuffer bytes; 0 for as many as usual
   * @param patience milliseconds, for the connect and for each read
   */
  Line(int port, InetSocketAddress from, int receiveBuffer, int patience) throws IOException {
    try {
      if (!from.getAddress().isAnyLocalAddress()) {
        socket.setReuseAddress(true); // otherwise thousands of short connections use up the ports
        socket.bind(from);
      }
      if (receiveBuffer > 0) {
        socket.setReceiveBufferSize(receiveBuffer);
      }
      socket.setSoTimeout(patience);
      socket.setTcpNoDelay(true);
      socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), patience);
      in = new BufferedInputStream(socket.getInputStream());
    } catch (IOException | RuntimeException e) {
      socket.close();
      throw e;
    }
  }

  /** Honest clients wait this long for a reply. Hostile clients may want to wait without end. */
  void patience(int millis) throws SocketException {
    socket.setSoTimeout(millis);
  }

  void say(String line) throws IOException {
    socket.getOutputStream().write((line + "\n").getBytes(StandardCharsets.ISO_8859_1));
  }

  /** A character of a line, in a packet of its own. */
  void drip(char one) throws IOException {
    socket.getOutputStream().write(one);
  }

  /** The next line, without its end. */
  String hear() throws IOException {
    var line = new ByteArrayOutputStream();
    for (int b = in.read(); b != '\n'; b = in.read()) {
      if (b < 0) {
        throw new EOFException("the server has closed the connection");
      }
      line.write(b);
    }
    return line.toString(StandardCharsets.ISO_8859_1);
  }

  /** The next byte, or -1 at the end. */
  int hearByte() throws IOException {
    return in.read();
  }

  /** The server reads the end after all lines. */
  void halfClose() throws IOException {
    socket.shutdownOutput();
  }

  /** Closes by a reset: bytes under way are lost. */
  void reset() throws IOException {
    socket.setSoLinger(true, 0);
    socket.close();
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
