// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.embedded;

import io.thousandisland.handler.Framing;
import io.thousandisland.handler.Handler;
import io.thousandisland.handler.Next;
import io.thousandisland.handler.Socket;
import java.nio.ByteBuffer;

/**
 * Puts its name and the number of the line in front of each line, and the option {@code suffix}
 * behind it. The state is that number. The line {@code fail} makes it throw, and {@code thread} is
 * answered with the kind of its thread.
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
      if (line.equals("fail")) {
        throw new IllegalStateException("on purpose");
      }
      if (line.equals("thread")) {
        line = Thread.currentThread().isVirtual() ? "virtual" : "lent";
      }
      String suffix = socket.server().option("suffix").orElse("");
      socket.send(name + " " + ++lines + " " + line + suffix + "\n");
    }
    return Next.proceed(lines);
  }
}
