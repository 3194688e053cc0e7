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

/**
 * Numbers the frames of each connection, and sends them back.
 *
 * <p>A frame is a length of four bytes, the most significant byte first, and as many bytes of
 * content. A reply is a frame as well: its content is the number, in four bytes, and the content of
 * the frame that was sent.
 */
@Component
@HandlerName("${handlerName}")
public final class ${className} implements Handler<${className}.Numbered> {

  private static final Logger log = LoggerFactory.getLogger(${className}.class);

  /** The bytes of a length, and of a number. */
  private static final int INT = 4;

  /** A frame with more content ends its connection. */
  private static final int MOST_BYTES = 64 * 1024;

  /** The state of one connection. */
  record Numbered(int frames) {}

  @Override
  public Next<Numbered> handleConnection(Socket socket) {
    return Next.proceed(new Numbered(0));
  }

  @Override
  public Next<Numbered> handleData(ByteBuffer data, Socket socket, Numbered state)
      throws Exception {
    int frames = state.frames();
    for (ByteBuffer content = next(data); content != null; content = next(data)) {
      frames++;
      reply(socket, frames, content);
    }
    return Next.proceed(new Numbered(frames));
  }

  /** Null when there is no whole frame: its beginning stays unread, and comes again with the rest. */
  private static ByteBuffer next(ByteBuffer data) throws Exception {
    return Framing.lengthPrefixed(data, INT, MOST_BYTES);
  }

  private static void reply(Socket socket, int number, ByteBuffer content) throws Exception {
    ByteBuffer head = ByteBuffer.allocate(INT + INT);
    head.putInt(INT + content.remaining()).putInt(number);
    socket.send(head.flip(), content);
  }

  /** The state in JDK types: this bundle is updated and the connection stays. */
  @Override
  public Object exportState(Socket socket, Numbered state) {
    return state.frames();
  }

  /** Goes on with the state that another version of this handler, older or newer, exported. */
  @Override
  public Next<Numbered> importState(Object snapshot, Socket socket) throws Exception {
    if (snapshot instanceof Integer frames) {
      log.info("{} goes on after frame {}", socket.remoteAddress(), frames);
      return Next.proceed(new Numbered(frames));
    }
    throw new MigrationDeclinedException("not a number of frames: " + snapshot);
  }
}
