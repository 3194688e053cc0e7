// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.testing;

import io.thousandisland.handler.Framing;
import io.thousandisland.handler.Handler;
import io.thousandisland.handler.Next;
import io.thousandisland.handler.Socket;
import java.nio.ByteBuffer;

/**
 * Puts its name in front of each line, and the option {@code suffix} behind it. The state is the
 * number of lines so far.
 */
final class LineHandler implements Handler<Integer> {

  private final String name;

  LineHandler(String name) {
    this.name = name;
  }

  @Override
  public Next<Integer> handleConnection(Socket socket) {
    return Next.proceed(0);
  }

  @Override
  public Next<Integer> handleData(ByteBuffer data, Socket socket, Integer lines) throws Exception {
    for (String line = Framing.line(data, 1000); line != null; line = Framing.line(data, 1000)) {
      if (line.startsWith("fail")) {
        throw new IllegalStateException("on purpose");
      }
      String suffix = socket.server().option("suffix").orElse("");
      socket.send(name + " " + ++lines + " " + line + suffix + "\n");
    }
    return Next.proceed(lines);
  }
}
