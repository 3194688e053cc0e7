package ${package};

import io.thousandisland.handler.Framing;
import io.thousandisland.handler.Handler;
import io.thousandisland.handler.HandlerName;
import io.thousandisland.handler.MigrationDeclinedException;
import io.thousandisland.handler.Next;
import io.thousandisland.handler.Socket;
import java.nio.ByteBuffer;
import org.osgi.service.component.annotations.Component;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Numbers the lines of each connection, and sends them back. */
@Component
@HandlerName("${handlerName}")
public final class ${className} implements Handler<${className}.Tally> {

  private static final Logger log = LoggerFactory.getLogger(${className}.class);

  /** A longer line ends its connection. */
  private static final int MOST_BYTES = 8 * 1024;

  /** The state of one connection. */
  record Tally(int lines) {}

  @Override
  public Next<Tally> handleConnection(Socket socket) {
    return Next.proceed(new Tally(0));
  }

  @Override
  public Next<Tally> handleData(ByteBuffer data, Socket socket, Tally tally) throws Exception {
    int lines = tally.lines();
    for (String line = next(data); line != null; line = next(data)) {
      lines++;
      socket.send(lines + " " + line + "\n");
    }
    return Next.proceed(new Tally(lines));
  }

  /** Null when there is no whole line: its beginning stays unread, and comes again with the rest. */
  private static String next(ByteBuffer data) throws Exception {
    return Framing.line(data, MOST_BYTES);
  }

  /** The state in JDK types: this bundle is updated and the connection stays. */
  @Override
  public Object exportState(Socket socket, Tally tally) {
    return tally.lines();
  }

  /** Goes on with the state that another version of this handler, older or newer, exported. */
  @Override
  public Next<Tally> importState(Object snapshot, Socket socket) throws Exception {
    if (snapshot instanceof Integer lines) {
      log.info("{} goes on after line {}", socket.remoteAddress(), lines);
      return Next.proceed(new Tally(lines));
    }
    throw new MigrationDeclinedException("not a number of lines: " + snapshot);
  }
}
