package org.example.tally;

import io.thousandisland.handler.Framing;
import io.thousandisland.handler.Handler;
import io.thousandisland.handler.HandlerName;
import io.thousandisland.handler.MigrationDeclinedException;
import io.thousandisland.handler.Next;
import io.thousandisland.handler.Socket;
import java.nio.ByteBuffer;
import org.osgi.service.component.annotations.Component;

/** Numbers the lines of each connection, and sends them back. */
@Component
@HandlerName("tally")
public final class TallyHandler implements Handler<Integer> {

  @Override
  public Next<Integer> handleConnection(Socket socket) {
    return Next.proceed(0);
  }

  @Override
  public Next<Integer> handleData(ByteBuffer data, Socket socket, Integer before) throws Exception {
    int lines = before;
    for (String line = next(data); line != null; line = next(data)) {
      lines++;
      socket.send(lines + " " + line + "\n");
    }
    return Next.proceed(lines);
  }

  private static String next(ByteBuffer data) throws Exception {
    return Framing.line(data, 8 * 1024);
  }

  /** The number of lines stays with the connection when this bundle is updated. */
  @Override
  public Object exportState(Socket socket, Integer lines) {
    return lines;
  }

  @Override
  public Next<Integer> importState(Object snapshot, Socket socket) throws Exception {
    if (snapshot instanceof Integer lines) {
      return Next.proceed(lines);
    }
    throw new MigrationDeclinedException("not a number of lines: " + snapshot);
  }
}
