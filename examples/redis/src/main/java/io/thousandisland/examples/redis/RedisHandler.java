// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.examples.redis;

import io.thousandisland.examples.redis.store.Store;
import io.thousandisland.handler.FrameTooLongException;
import io.thousandisland.handler.Handler;
import io.thousandisland.handler.HandlerName;
import io.thousandisland.handler.HandlerNonblocking;
import io.thousandisland.handler.Next;
import io.thousandisland.handler.Socket;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/**
 * A small part of Redis: PING, ECHO, SET, GET, DEL, INCR, EXPIRE and TTL over RESP2.
 *
 * <p>A connection has no state besides the beginning of a request, which stays unread. So
 * connections outlive an update of this bundle without a line of code, and the data does because it
 * is in another bundle. The replies to pipelined requests go out together, because the handler
 * promises not to block.
 */
@Component
@HandlerName("redis")
@HandlerNonblocking
public final class RedisHandler implements Handler<Void> {

  private final Commands commands;

  @Activate
  public RedisHandler(@Reference Store store) {
    this.commands = new Commands(store);
  }

  @Override
  public Next<Void> handleData(ByteBuffer data, Socket socket, Void state) throws IOException {
    try {
      for (var request = Requests.next(data); request != null; request = Requests.next(data)) {
        if (isQuit(request)) {
          send(Replies.OK, socket);
          return Next.close(state);
        }
        if (!request.isEmpty()) {
          send(commands.reply(request), socket);
        }
      }
      return Next.proceed(state);
    } catch (Requests.ProtocolException e) {
      send(Replies.failure("ERR " + e.getMessage()), socket);
      return Next.close(state);
    } catch (FrameTooLongException e) {
      send(Replies.failure("ERR Protocol error: too big inline request"), socket);
      return Next.close(state);
    }
  }

  private static boolean isQuit(List<String> request) {
    return !request.isEmpty() && request.getFirst().equalsIgnoreCase("QUIT");
  }

  private static void send(String reply, Socket socket) throws IOException {
    socket.send(reply.getBytes(StandardCharsets.ISO_8859_1));
  }
}
