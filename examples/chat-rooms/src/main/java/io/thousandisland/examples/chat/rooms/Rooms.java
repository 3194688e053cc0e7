// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.examples.chat.rooms;

import io.thousandisland.handler.SocketRef;
import java.util.List;
import org.osgi.annotation.versioning.ProviderType;

/**
 * The rooms of a chat. Each has members, and the lines that were said in it. A room is there as
 * long as it has a member.
 *
 * <p>A member is a connection under a name. It gets the lines at its own pace: when a line is said,
 * the connection is told {@link #NEWS}. It is told once, until it fetches with {@link #news} all
 * lines that have come meanwhile.
 *
 * <p>Thread: any. Each method is atomic, and holds its lock for microseconds.
 */
@ProviderType
public interface Rooms {

  /** The message that a member is told when there is news. */
  String NEWS = "news";

  /** The lines that a room keeps. A member that is further behind misses some. */
  int MOST_LINES = 1000;

  /**
   * Makes a connection a member. Nothing changes when it is one already, under this name.
   *
   * @param history how many of the last lines are news to it; 0 or more
   * @return false when another open connection has the name
   */
  boolean enter(String room, String name, SocketRef connection, int history);

  /** Gives a member another name; false when an open connection has that name. */
  boolean rename(String room, String from, String to);

  /** Ends a membership. Nothing changes when another connection has the name. */
  void leave(String room, String name, SocketRef connection);

  /** Says a line to all members. */
  void say(String room, String line);

  /** The lines that the member has not fetched yet, in the order in which they were said. */
  List<String> news(String room, String name);

  /** The names of the members, sorted. */
  List<String> names(String room);
}
