// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.examples.chat.rooms;

import io.thousandisland.handler.SocketRef;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.osgi.service.component.annotations.Component;

/**
 * Rooms in memory. They are a component of a bundle of its own, so members and lines outlive an
 * update of the handler.
 *
 * <p>It is {@code immediate}: otherwise Declarative Services would let it go, with all rooms, in
 * the moment of the update in which no component uses it.
 */
@Component(immediate = true)
public final class MemoryRooms implements Rooms {

  /** Guarded by this, together with the rooms in it. */
  private final Map<String, Room> rooms = new HashMap<>();

  @Override
  public synchronized boolean enter(String room, String name, SocketRef connection, int history) {
    return rooms.computeIfAbsent(room, any -> new Room()).enter(name, connection, history);
  }

  @Override
  public boolean rename(String room, String from, String to) {
    return in(room, false, it -> it.rename(from, to));
  }

  @Override
  public void leave(String room, String name, SocketRef connection) {
    in(room, false, it -> it.leave(name, connection));
  }

  @Override
  public void say(String room, String line) {
    in(room, false, it -> it.say(line));
  }

  @Override
  public List<String> news(String room, String name) {
    return in(room, List.of(), it -> it.news(name));
  }

  @Override
  public List<String> names(String room) {
    return in(room, List.of(), Room::names);
  }

  /** Does a step in a room, and forgets the room when nobody is left in it. */
  private synchronized <T> T in(String name, T withoutRoom, Function<Room, T> step) {
    Room room = rooms.get(name);
    if (room == null) {
      return withoutRoom;
    }
    T result = step.apply(room);
    if (room.isEmpty()) {
      rooms.remove(name);
    }
    return result;
  }

  /** The rooms that are kept. */
  synchronized int size() {
    return rooms.size();
  }
}
