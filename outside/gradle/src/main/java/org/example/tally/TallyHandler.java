package org.example.tally;

import io.thousandisland.handler.Framing;
import io.thousandisland.handler.Handler;
import io.thousandisland.handler.HandlerName;
import io.thousandisland.handler.Next;
import io.thousandisland.handler.Socket;
import java.nio.ByteBuffer;
import org.osgi.service.component.annotations.Component;

/** Numbers the lines of each connection, and sends them back. The state is the last number. */
@Component
@HandlerName("tally")
public final class TallyHandler implements Handler<Integer> {

  private static final int MOST_BYTES = 8 * 1024;

  @Override
  public Next<Integer> handleConnection(Socket socket) {
    return Next.proceed(0);
  }

  @Override
  public Next<Integer> handleData(ByteBuffer data, Socket socket, Integer lines) throws Exception {
    for (String line = next(data); line != null; line = next(data)) {
      lines++;
      socket.send(lines + " " + line + "\n");
    }
    return Next.proceed(lines);
  }

  private static String next(ByteBuffer data) throws Exception {
    return Framing.line(data, MOST_BYTES);
  }
}
