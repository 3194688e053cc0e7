// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.examples.chat.rooms;

import static io.thousandisland.examples.chat.rooms.Rooms.MOST_LINES;

import io.thousandisland.handler.SocketRef;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * One room: its members by their names, and its last lines.
 *
 * <p>A connection that ended while no handler served could not leave. Such a member is dropped when
 * the room is used next.
 *
 * <p>Thread: one at a time.
 */
final class Room {

  private static final class Member {
    private final SocketRef connection;

    /** How many lines of the room it has fetched or missed. */
    private long fetched;

    /** Whether it was told of news that it has not fetched yet. */
    private boolean told;

    Member(SocketRef connection, long fetched) {
      this.connection = connection;
      this.fetched = fetched;
    }
  }

  private final SortedMap<String, Member> members = new TreeMap<>();

  /** The line with the number n is at n modulo the length. */
  private final String[] lines = new String[MOST_LINES];

  /** How many lines were said; the first has the number 0. */
  private long said;

  boolean isEmpty() {
    return members.isEmpty();
  }

  boolean enter(String name, SocketRef connection, int history) {
    dropEnded();
    var newcomer = new Member(connection, Math.max(oldest(), said - history));
    Member member = members.putIfAbsent(name, newcomer);
    return member == null || member.connection.equals(connection);
  }

  boolean rename(String from, String to) {
    dropEnded();
    if (members.containsKey(to)) {
      return from.equals(to);
    }
    Member member = members.remove(from);
    if (member != null) {
      members.put(to, member);
    }
    return member != null;
  }

  boolean leave(String name, SocketRef connection) {
    Member member = members.get(name);
    return member != null && member.connection.equals(connection) && members.remove(name, member);
  }

  boolean say(String line) {
    dropEnded();
    lines[(int) (said++ % MOST_LINES)] = line;
    for (Member member : members.values()) {
      member.told = member.told || member.connection.tell(Rooms.NEWS);
    }
    return true;
  }

  List<String> news(String name) {
    Member member = members.get(name);
    if (member == null) {
      return List.of();
    }
    var news = new ArrayList<String>();
    if (member.fetched < oldest()) {
      news.add("* You missed " + (oldest() - member.fetched) + " lines.");
      member.fetched = oldest();
    }
    while (member.fetched < said) {
      news.add(lines[(int) (member.fetched++ % MOST_LINES)]);
    }
    member.told = false;
    return news;
  }

  List<String> names() {
    dropEnded();
    return List.copyOf(members.keySet());
  }

  private void dropEnded() {
    members.values().removeIf(member -> !member.connection.open());
  }

  private long oldest() {
    return Math.max(0, said - MOST_LINES);
  }
}
