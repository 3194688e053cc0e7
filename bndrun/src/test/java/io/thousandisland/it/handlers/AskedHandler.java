// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.it.handlers;

import io.thousandisland.handler.Framing;
import io.thousandisland.handler.Handler;
import io.thousandisland.handler.Next;
import io.thousandisland.handler.ProxyHeader;
import io.thousandisland.handler.Socket;
import java.nio.ByteBuffer;

/**
 * Answers each line with what its socket knows. {@code option NAME} asks for the server's name and
 * an option. {@code label TEXT} labels the connection, and asks for the name of its thread. {@code
 * proxy client}, {@code proxy peer} and {@code proxy authority} ask where it comes from.
 */
public final class AskedHandler implements Handler<Void> {

  /** Called by Declarative Services. */
  public void activate() {}

  private static final int LONGEST = 1000;

  @Override
  public Next<Void> handleData(ByteBuffer data, Socket socket, Void state) throws Exception {
    for (String line = Framing.line(data, LONGEST);
        line != null;
        line = Framing.line(data, LONGEST)) {
      String[] words = line.split(" ", 2);
      socket.send(answer(words[0], words[1], socket) + "\n");
    }
    return Next.proceed(state);
  }

  private static String answer(String question, String about, Socket socket) {
    if (question.equals("label")) {
      socket.label(about);
      return Thread.currentThread().getName();
    }
    if (question.equals("proxy")) {
      return switch (about) {
        case "client" -> socket.remoteAddress().toString();
        case "peer" -> socket.peerAddress().toString();
        default -> socket.proxyHeader().flatMap(ProxyHeader::authority).orElse("none");
      };
    }
    return socket.server().name() + " " + socket.server().option(about).orElse("none");
  }
}
