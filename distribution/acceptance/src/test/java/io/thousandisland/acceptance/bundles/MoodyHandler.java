// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.acceptance.bundles;

import io.thousandisland.handler.Handler;
import io.thousandisland.handler.Next;
import io.thousandisland.handler.Socket;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.CountDownLatch;

/**
 * A handler that is well-behaved or not, as each line of its peer asks. The state of a connection
 * is the number of its lines so far, so it migrates.
 *
 * <ul>
 *   <li>{@code sleep}: the callback sleeps a minute.
 *   <li>{@code compute}: the callback computes until this handler is deactivated.
 *   <li>{@code swallow}: the callback waits until then, and ignores interrupts.
 *   <li>{@code receive}: the callback owns the conversation from now on, and waits for bytes.
 *   <li>{@code bytes N}: the reply is N bytes, of which number {@code i} is {@code i % 251}.
 *   <li>Anything else is answered with the count, the version of this handler, and the line.
 * </ul>
 *
 * <p>At the first four lines the callback first sends the same word, to show that it begins.
 *
 * <p>A thread that computes or swallows interrupts cannot be ended from outside. It ends when
 * {@code deactivate} says that the handler has gone: by then the server has given the thread up,
 * and the unbind has returned. Otherwise each update would leave one more thread that keeps a
 * processor, and a machine with two processors would measure nothing else.
 */
public final class MoodyHandler implements Handler<Long> {

  /** Shared, so that many large replies at once need no memory of the handler. */
  private static final byte[] BYTES = new byte[8 << 20];

  static {
    for (int i = 0; i < BYTES.length; i++) {
      BYTES[i] = (byte) (i % 251);
    }
  }

  private final CountDownLatch gone = new CountDownLatch(1);
  private volatile boolean active = true; // read by threads that compute
  private volatile long computed; // so that no compiler removes the computation
  private String version = "";

  /** Called by Declarative Services. */
  public void activate(Map<String, Object> properties) {
    version = String.valueOf(properties.get("version"));
  }

  /** Called by Declarative Services. */
  public void deactivate() {
    active = false;
    gone.countDown();
  }

  @Override
  public Next<Long> handleConnection(Socket socket) {
    return Next.proceed(0L);
  }

  @Override
  public Next<Long> handleData(ByteBuffer data, Socket socket, Long state) throws Exception {
    long count = state;
    var replies = new StringBuilder();
    for (int end = end(data); end >= 0; end = end(data)) {
      var bytes = new byte[end - data.position()];
      data.get(bytes).get();
      String line = new String(bytes, StandardCharsets.ISO_8859_1);
      switch (line) {
        case "sleep", "compute", "swallow", "receive" -> {
          say(line + "\n", socket);
          misbehave(line, socket);
        }
        default -> {
          count++;
          if (line.startsWith("bytes ")) {
            int length = Integer.parseInt(line.substring("bytes ".length()));
            socket.send(ByteBuffer.wrap(BYTES, 0, length));
          } else {
            replies.append(count).append(' ').append(version).append(' ').append(line).append('\n');
          }
        }
      }
    }
    say(replies.toString(), socket);
    return Next.proceed(count);
  }

  private void misbehave(String how, Socket socket) throws IOException, InterruptedException {
    switch (how) {
      case "sleep" -> Thread.sleep(60_000);
      case "compute" -> {
        for (long i = 0; active; i++) {
          if (i % 1_000_000 == 0) {
            computed = i;
          }
        }
      }
      case "swallow" -> {
        while (active) {
          try {
            gone.await();
          } catch (InterruptedException ignored) {
            // ignored, as the peer wants it
          }
        }
      }
      default -> {
        while (socket.receive().hasRemaining()) {
          // the bytes are ignored
        }
      }
    }
  }

  private static int end(ByteBuffer data) {
    for (int i = data.position(); i < data.limit(); i++) {
      if (data.get(i) == '\n') {
        return i;
      }
    }
    return -1;
  }

  private static void say(String text, Socket socket) throws IOException {
    if (!text.isEmpty()) {
      socket.send(ByteBuffer.wrap(text.getBytes(StandardCharsets.ISO_8859_1)));
    }
  }
}
