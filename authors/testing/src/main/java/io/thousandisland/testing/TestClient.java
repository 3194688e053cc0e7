// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.testing;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A blocking TCP client of a {@link TestServer}. Text is UTF-8.
 *
 * <p>Errors: every read waits for 10 s at most, or as long as {@link #within} says, and then throws
 * {@link java.net.SocketTimeoutException}.
 *
 * <p>Thread: one at a time.
 */
public final class TestClient implements AutoCloseable {

  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final Socket socket;
  private final InputStream in;

  /**
   * Connects to a port of the loopback interface.
   *
   * @throws IOException when the connect is refused
   */
  public TestClient(int port) throws IOException {
    socket = new Socket(InetAddress.getLoopbackAddress(), port);
    socket.setTcpNoDelay(true);
    in = new BufferedInputStream(socket.getInputStream());
    within(PATIENCE);
  }

  /** Sets how long each later read waits at most, with a resolution of 1 ms. */
  public TestClient within(Duration patience) throws IOException {
    socket.setSoTimeout(Math.toIntExact(Math.max(1, patience.toMillis())));
    return this;
  }

  /**
   * Sends {@code line} with a line feed, and returns the next line that arrives.
   *
   * @return null when the server has closed the connection
   */
  public @Nullable String ask(String line) throws IOException {
    send(line + "\n");
    return line();
  }

  /** Sends {@code text} as it is. */
  public void send(String text) throws IOException {
    send(text.getBytes(StandardCharsets.UTF_8));
  }

  /** Sends {@code bytes}; blocks while the server does not read. */
  public void send(byte... bytes) throws IOException {
    socket.getOutputStream().write(bytes);
  }

  /**
   * The next line, without its line feed or carriage return and line feed.
   *
   * @return null at the end of the stream; what came after the last line feed is then returned
   *     first
   */
  public @Nullable String line() throws IOException {
    var line = new ByteArrayOutputStream();
    for (int next = in.read(); next != '\n'; next = in.read()) {
      if (next < 0) {
        return line.size() == 0 ? null : text(line);
      }
      line.write(next);
    }
    return text(line);
  }

  private static String text(ByteArrayOutputStream line) {
    String text = line.toString(StandardCharsets.UTF_8);
    return text.endsWith("\r") ? text.substring(0, text.length() - 1) : text;
  }

  /**
   * The next {@code count} bytes.
   *
   * @throws EOFException when the stream ends before
   */
  public byte[] read(int count) throws IOException {
    byte[] bytes = in.readNBytes(count);
    if (bytes.length < count) {
      throw new EOFException("the server closed after " + bytes.length + " of " + count + " bytes");
    }
    return bytes;
  }

  /** All bytes until the server closes the connection or its direction. */
  public byte[] readToEnd() throws IOException {
    return in.readAllBytes();
  }

  /** Closes this direction: the server reads the end of the stream and may still reply. */
  public void halfClose() throws IOException {
    socket.shutdownOutput();
  }

  /** Ends the connection with a reset instead of an orderly close. */
  public void reset() throws IOException {
    socket.setSoLinger(true, 0);
    socket.close();
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
