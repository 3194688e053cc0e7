// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.embedded;

import io.thousandisland.handler.Handler;
import io.thousandisland.handler.Next;
import io.thousandisland.handler.Socket;
import java.io.IOException;
import java.nio.ByteBuffer;

/** Counts pieces of data in an object of its own class, and says goodbye. */
public final class CountingHandler implements Handler<CountingHandler.Count> {

  /** The count of one connection. */
  public static final class Count {
    int pieces;
  }

  @Override
  public Next<Count> handleConnection(Socket socket) {
    return Next.proceed(new Count());
  }

  @Override
  public Next<Count> handleData(ByteBuffer data, Socket socket, Count count) throws IOException {
    data.position(data.limit());
    socket.send(++count.pieces + "\n");
    return Next.proceed(count);
  }

  @Override
  public Next<Count> handleDrain(Socket socket, Count count) throws IOException {
    socket.send("bye after " + count.pieces + "\n");
    return Next.close(count);
  }
}
