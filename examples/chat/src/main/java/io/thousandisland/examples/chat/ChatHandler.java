// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.examples.chat;

import io.thousandisland.examples.chat.rooms.Rooms;
import io.thousandisland.handler.FrameTooLongException;
import io.thousandisland.handler.Framing;
import io.thousandisland.handler.Handler;
import io.thousandisland.handler.HandlerName;
import io.thousandisland.handler.MigrationDeclinedException;
import io.thousandisland.handler.Next;
import io.thousandisland.handler.Socket;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/**
 * A chat for people with {@code nc}. A line goes to everybody in the room; {@code /nick}, {@code
 * /join}, {@code /who} and {@code /quit} are commands.
 *
 * <p>The rooms are in another bundle and outlive an update of this one. The state of a connection
 * is the name and the room of its guest.
 */
@Component
@HandlerName("chat")
public final class ChatHandler implements Handler<ChatHandler.Guest> {

  /** A longer line ends its connection. */
  private static final int MOST_BYTES = 1000;

  private static final Pattern NAME = Pattern.compile("[\\p{L}\\p{N}_-]{1,20}");
  private static final String NAMES = "! A name has 1 to 20 letters, digits, _ or -.\n";
  private static final String HELP = "! Commands are /nick NAME, /join ROOM, /who and /quit.\n";

  /**
   * The state of one connection. It may change within a callback, because callbacks of one
   * connection never overlap.
   */
  static final class Guest {
    private String name;
    private String room;

    private Guest(String name, String room) {
      this.name = name;
      this.room = room;
    }
  }

  private final Rooms rooms;

  @Activate
  public ChatHandler(@Reference Rooms rooms) {
    this.rooms = rooms;
  }

  @Override
  public Next<Guest> handleConnection(Socket socket) throws IOException {
    long number = socket.id();
    while (!enter("lobby", "guest" + number, socket)) {
      number++; // somebody has taken this name
    }
    var guest = new Guest("guest" + number, "lobby");
    socket.label(guest.name);
    socket.send(HELP);
    arrive(socket, guest);
    return Next.proceed(guest);
  }

  @Override
  public Next<Guest> handleData(ByteBuffer data, Socket socket, Guest guest) throws IOException {
    try {
      for (String line = next(data); line != null; line = next(data)) {
        if (line.startsWith("/")) {
          sendNews(socket, guest); // the lines before the command
          if (line.equals("/quit")) {
            return Next.close(guest);
          }
          obey(line.split(" +", 2), socket, guest);
        } else if (!line.isEmpty()) {
          rooms.say(guest.room, guest.name + ": " + line);
        }
      }
      return Next.proceed(guest);
    } catch (FrameTooLongException e) {
      socket.send("! A line has " + MOST_BYTES + " bytes at most.\n");
      return Next.close(guest);
    }
  }

  /** Null when there is no whole line. Control characters would steer the terminals of others. */
  private static @Nullable String next(ByteBuffer data) throws FrameTooLongException {
    String line = Framing.line(data, MOST_BYTES);
    return line == null ? null : line.replaceAll("\\p{IsControl}", "").strip();
  }

  private void obey(String[] words, Socket socket, Guest guest) throws IOException {
    String argument = words.length == 2 ? words[1] : "";
    switch (words[0]) {
      case "/nick" -> rename(argument, socket, guest);
      case "/join" -> join(argument, socket, guest);
      case "/who" -> {
        String names = String.join(", ", rooms.names(guest.room));
        socket.send("* In " + guest.room + ": " + names + "\n");
      }
      default -> socket.send(HELP);
    }
  }

  private void rename(String name, Socket socket, Guest guest) throws IOException {
    if (!NAME.matcher(name).matches()) {
      socket.send(NAMES);
    } else if (!rooms.rename(guest.room, guest.name, name)) {
      socket.send("! " + name + " is somebody else.\n");
    } else {
      rooms.say(guest.room, "* " + guest.name + " is " + name + " now.");
      guest.name = name;
      socket.label(name);
    }
  }

  private void join(String room, Socket socket, Guest guest) throws IOException {
    if (!NAME.matcher(room).matches()) {
      socket.send(NAMES);
    } else if (room.equals(guest.room)) {
      socket.send("! You are in " + room + ".\n");
    } else if (!enter(room, guest.name, socket)) {
      socket.send("! " + guest.name + " is somebody else in " + room + ".\n");
    } else {
      leave(socket, guest);
      guest.room = room;
      arrive(socket, guest);
    }
  }

  private boolean enter(String room, String name, Socket socket) {
    return rooms.enter(room, name, socket.ref(), history(socket));
  }

  /** The option {@code history} of the server's configuration; 10 lines unless it is a number. */
  private static int history(Socket socket) {
    return socket
        .server()
        .option("history")
        .filter(text -> text.matches("\\d{1,4}"))
        .map(Integer::parseInt)
        .orElse(10);
  }

  private void arrive(Socket socket, Guest guest) throws IOException {
    rooms.say(guest.room, "* " + guest.name + " is here.");
    sendNews(socket, guest);
  }

  /** There is no guest when the first callback has failed. */
  private void leave(Socket socket, @Nullable Guest guest) {
    if (guest != null) {
      rooms.leave(guest.room, guest.name, socket.ref());
      rooms.say(guest.room, "* " + guest.name + " has left.");
    }
  }

  /** There is news in the room. */
  @Override
  public Next<Guest> handleMessage(Object message, Socket socket, Guest guest) throws IOException {
    sendNews(socket, guest);
    return Next.proceed(guest);
  }

  private void sendNews(Socket socket, Guest guest) throws IOException {
    List<String> news = rooms.news(guest.room, guest.name);
    if (!news.isEmpty()) {
      socket.send(String.join("\n", news) + "\n");
    }
  }

  /**
   * The state in JDK types: this bundle is updated and the connection stays, and stays a member.
   */
  @Override
  public Object exportState(Socket socket, Guest guest) {
    return Map.of("name", guest.name, "room", guest.room);
  }

  /**
   * Enters again, which changes nothing unless the rooms are new, too. If somebody else already has
   * the name there, this guest starts as a newcomer.
   */
  @Override
  public Next<Guest> importState(@Nullable Object snapshot, Socket socket) throws Exception {
    if (snapshot instanceof Map<?, ?> state
        && state.get("name") instanceof String name
        && state.get("room") instanceof String room) {
      if (!rooms.enter(room, name, socket.ref(), Rooms.MOST_LINES)) {
        return handleConnection(socket);
      }
      var guest = new Guest(name, room);
      sendNews(socket, guest);
      return Next.proceed(guest);
    }
    throw new MigrationDeclinedException("no name and room: " + snapshot);
  }

  @Override
  public void handleClose(Socket socket, Guest guest) {
    leave(socket, guest);
  }

  @Override
  public void handleError(Throwable reason, Socket socket, Guest guest) {
    leave(socket, guest);
  }

  @Override
  public void handleTimeout(Socket socket, Guest guest) {
    leave(socket, guest);
  }

  @Override
  public void handleShutdown(Socket socket, Guest guest) {
    leave(socket, guest);
  }
}
