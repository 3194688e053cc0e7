// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.it.handlers;

import io.thousandisland.handler.Handler;
import io.thousandisland.handler.Next;
import io.thousandisland.handler.Socket;
import io.thousandisland.handler.SocketRef;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Counts the lines of a connection in its state, and answers each with the count, its own tag and
 * the line. Before it lets a connection go it says {@code bye} and the count, and leaves it to the
 * peer to close, so that nothing is cut off by a reset.
 *
 * @param <S> the state, which holds the count
 */
public abstract class LineHandler<S> implements Handler<S> {

  /**
   * A value left on the thread, as libraries do. Through its class it keeps our bundle's classes.
   */
  private static final ThreadLocal<Object> LEFT_BEHIND = new ThreadLocal<>();

  private String tag = "";

  /**
   * The connections that got a goodbye. A draining connection may still move, and then got none.
   */
  private final Set<SocketRef> dismissed = ConcurrentHashMap.newKeySet();

  public void activate(Map<String, Object> properties) {
    tag = String.valueOf(properties.get("tag"));
  }

  protected String tag() {
    return tag;
  }

  protected abstract S first();

  protected abstract S counted(S state, String line);

  protected abstract long count(S state);

  @Override
  public Next<S> handleConnection(Socket socket) {
    return Next.proceed(first());
  }

  @Override
  public Next<S> handleData(ByteBuffer data, Socket socket, S state) throws Exception {
    LEFT_BEHIND.set(this);
    if (dismissed.contains(socket.ref())) {
      data.position(data.limit());
      return Next.proceed(state);
    }
    S now = state;
    var replies = new StringBuilder();
    for (int end = end(data); end >= 0; end = end(data)) {
      var line = new byte[end - data.position()];
      data.get(line).get();
      String text = new String(line, StandardCharsets.ISO_8859_1);
      now = counted(now, text);
      replies.append(count(now)).append(' ').append(tag).append(' ').append(text).append('\n');
    }
    say(replies.toString(), socket);
    return Next.proceed(now);
  }

  private static int end(ByteBuffer data) {
    for (int i = data.position(); i < data.limit(); i++) {
      if (data.get(i) == '\n') {
        return i;
      }
    }
    return -1;
  }

  private static void say(String text, Socket socket) throws Exception {
    if (!text.isEmpty()) {
      socket.send(ByteBuffer.wrap(text.getBytes(StandardCharsets.ISO_8859_1)));
    }
  }

  @Override
  public Next<S> handleDrain(Socket socket, S state) throws Exception {
    dismissed.add(socket.ref());
    say("bye " + count(state) + "\n", socket);
    socket.shutdownOutput();
    return Next.proceed(state);
  }
}
