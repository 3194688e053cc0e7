package org.example.plain;

import io.thousandisland.handler.Framing;
import io.thousandisland.handler.Handler;
import io.thousandisland.handler.Next;
import io.thousandisland.handler.Socket;
import java.nio.ByteBuffer;
import java.util.Locale;

/** Answers each line with its number and the line in capitals. The state is the number. */
public final class ShoutHandler implements Handler<Integer> {

  private final String prefix;

  public ShoutHandler(String prefix) {
    this.prefix = prefix;
  }

  @Override
  public Next<Integer> handleConnection(Socket socket) {
    return Next.proceed(0);
  }

  @Override
  public Next<Integer> handleData(ByteBuffer data, Socket socket, Integer lines) throws Exception {
    for (String line = Framing.line(data, 1000); line != null; line = Framing.line(data, 1000)) {
      lines++;
      socket.send(prefix + lines + " " + line.toUpperCase(Locale.ROOT) + "\n");
    }
    return Next.proceed(lines);
  }
}
