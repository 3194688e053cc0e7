// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.benchmarks.tls;

import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import javax.net.ssl.SSLSocket;

/**
 * A client that repeats one unit of work, and checks what comes back.
 *
 * <p>Thread: one at a time.
 */
interface Client extends Closeable {

  /** Does the work once. Returns how many units it was. */
  long once() throws IOException;

  @Override
  default void close() throws IOException {}

  private static void readBack(SSLSocket socket, byte[] sent, int length) throws IOException {
    byte[] back = socket.getInputStream().readNBytes(length);
    if (back.length < length) {
      throw new EOFException("the server ended the connection");
    }
    if (!Arrays.equals(back, 0, length, sent, 0, length)) {
      throw new IOException("other bytes came back");
    }
  }

  /** Sends 64 bytes and reads them back: a unit is an echo. */
  static Client echo(int port) throws IOException {
    SSLSocket socket = new Trusting().connect(port);
    byte[] bytes = "0123456789abcdef".repeat(4).getBytes(java.nio.charset.StandardCharsets.UTF_8);
    return new Client() {
      @Override
      public long once() throws IOException {
        socket.getOutputStream().write(bytes);
        readBack(socket, bytes, bytes.length);
        return 1;
      }

      @Override
      public void close() throws IOException {
        socket.close();
      }
    };
  }

  /** Sends a MiB while it reads it back: a unit is a MiB. */
  static Client bulk(int port, ExecutorService writers) throws IOException {
    SSLSocket socket = new Trusting().connect(port);
    byte[] bytes = new byte[1 << 20];
    new Random(1).nextBytes(bytes);
    return new Client() {
      @Override
      public long once() throws IOException {
        var written =
            writers.submit(
                () -> {
                  socket.getOutputStream().write(bytes);
                  return null;
                });
        readBack(socket, bytes, bytes.length);
        try {
          var unused = written.get();
        } catch (ExecutionException e) {
          throw new IOException(e.getCause());
        } catch (InterruptedException e) {
          throw new IOException(e);
        }
        return 1;
      }

      @Override
      public void close() throws IOException {
        socket.close();
      }
    };
  }

  /**
   * Connects, shakes hands, has one byte echoed, and closes.
   *
   * @param resumes whether it resumes its session; the first time it cannot
   */
  static Client handshake(int port, boolean resumes) {
    return new Client() {
      private Trusting trusting = new Trusting();
      private long last;

      @Override
      public long once() throws IOException {
        if (!resumes) {
          trusting = new Trusting();
        }
        try (SSLSocket socket = trusting.connect(port)) {
          socket.getOutputStream().write(1);
          readBack(socket, new byte[] {1}, 1);
        }
        long shown = trusting.shown();
        if (resumes && last > 0 && shown != last) {
          throw new IOException("the session was not resumed");
        }
        last = shown;
        return 1;
      }
    };
  }
}
