package ${package};

import io.thousandisland.handler.Framing;
import io.thousandisland.handler.Handler;
import io.thousandisland.handler.HandlerName;
import io.thousandisland.handler.MigrationDeclinedException;
import io.thousandisland.handler.Next;
import io.thousandisland.handler.Socket;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.osgi.service.component.annotations.Component;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes orders. It asks, and waits for each answer where it asks: the code reads like the
 * conversation.
 *
 * <p>Between two orders a callback returns. There the connection may move to another version of
 * this handler. An order that is being taken is finished by the version that began it.
 */
@Component
@HandlerName("${handlerName}")
public final class ${className} implements Handler<${className}.Guest> {

  private static final Logger log = LoggerFactory.getLogger(${className}.class);

  /** A longer line ends its connection. */
  private static final int MOST_BYTES = 1024;

  private static final ByteBuffer NOTHING = ByteBuffer.allocate(0).asReadOnlyBuffer();

  /** The state of one connection, between two orders. */
  record Guest(String name, int orders) {}

  @Override
  public Next<Guest> handleConnection(Socket socket) throws Exception {
    String name = ask("Who are you?", NOTHING, socket);
    socket.label(name); // for lists of connections, and the log
    socket.send("Hello, " + name + ". Say order or quit.\n");
    return Next.proceed(new Guest(name, 0));
  }

  /** Has the first bytes of what the guest wants, or more than that. */
  @Override
  public Next<Guest> handleData(ByteBuffer data, Socket socket, Guest guest) throws Exception {
    while (data.hasRemaining()) {
      switch (line(data, socket)) {
        case "order" -> guest = order(data, socket, guest);
        case "quit" -> {
          socket.send("Goodbye, " + guest.name() + ".\n");
          return Next.close(guest);
        }
        default -> socket.send("Say order or quit.\n");
      }
    }
    return Next.proceed(guest); // nothing is begun: wait here for the guest, or for an update
  }

  private static Guest order(ByteBuffer data, Socket socket, Guest guest) throws IOException {
    String item = ask("What?", data, socket);
    String amount = ask("How many?", data, socket);
    int number = guest.orders() + 1;
    socket.send("Order " + number + ": " + amount + " " + item + " for " + guest.name() + "\n");
    return new Guest(guest.name(), number);
  }

  private static String ask(String question, ByteBuffer data, Socket socket) throws IOException {
    socket.send(question + "\n");
    return line(data, socket);
  }

  /** The next line: out of the bytes that are here, and where it is not complete, waits. */
  private static String line(ByteBuffer data, Socket socket) throws IOException {
    String line = Framing.line(data, MOST_BYTES);
    if (line != null) {
      return line;
    }
    byte[] begun = new byte[data.remaining()];
    data.get(begun);
    int left = Math.max(0, MOST_BYTES - begun.length);
    ByteBuffer rest = socket.receiveUntil(new byte[] {'\n'}, left);
    byte[] whole = new byte[begun.length + rest.remaining()];
    System.arraycopy(begun, 0, whole, 0, begun.length);
    rest.get(whole, begun.length, rest.remaining());
    String text = new String(whole, StandardCharsets.UTF_8);
    return text.endsWith("\r") ? text.substring(0, text.length() - 1) : text;
  }

  /** The server shuts down, or the time for a drain is over. */
  @Override
  public void handleShutdown(Socket socket, Guest guest) {
    try {
      socket.send("We are closing.\n");
    } catch (IOException e) {
      log.debug("{} has gone before", socket.remoteAddress(), e);
    }
  }

  /** The state in JDK types: this bundle is updated and the connection stays. */
  @Override
  public Object exportState(Socket socket, Guest guest) {
    return List.of(guest.name(), guest.orders());
  }

  /** Goes on with the state that another version of this handler, older or newer, exported. */
  @Override
  public Next<Guest> importState(Object snapshot, Socket socket) throws Exception {
    if (snapshot instanceof List<?> parts
        && parts.size() >= 2
        && parts.get(0) instanceof String name
        && parts.get(1) instanceof Integer orders) {
      log.info("{} goes on after order {}", socket.remoteAddress(), orders);
      return Next.proceed(new Guest(name, orders));
    }
    throw new MigrationDeclinedException("not a name and a number of orders: " + snapshot);
  }
}
