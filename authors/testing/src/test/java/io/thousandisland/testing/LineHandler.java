package io.thousandisland.testing;

import io.thousandisland.handler.Handler;
import io.thousandisland.handler.Next;
import io.thousandisland.handler.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** Puts its name in front of each line. The state is the number of lines so far. */
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
    for (int i = data.position(); i < data.limit(); i++) {
      if (data.get(i) == '\n') {
        ByteBuffer line = data.slice(data.position(), i + 1 - data.position());
        data.position(i + 1);
        String text = StandardCharsets.UTF_8.decode(line).toString();
        if (text.startsWith("fail")) {
          throw new IllegalStateException("on purpose");
        }
        socket.send(StandardCharsets.UTF_8.encode(name + " " + ++lines + " " + text));
      }
    }
    return Next.proceed(lines);
  }
}
