// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.it.handlers;

import io.thousandisland.handler.Handler;
import io.thousandisland.handler.Next;
import io.thousandisland.handler.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * Answers with a tag, a colon and the bytes it got. Its class file is packed into handler bundles
 * that differ in the tag only; see {@link io.thousandisland.it.HandlerBundle}.
 */
public final class TaggingHandler implements Handler<Void> {

  private byte[] prefix = {};

  public void activate(Map<String, Object> properties) {
    prefix = (properties.get("tag") + ":").getBytes(StandardCharsets.UTF_8);
  }

  @Override
  public Next<Void> handleData(ByteBuffer data, Socket socket, Void state) throws Exception {
    socket.send(ByteBuffer.wrap(prefix), data);
    return Next.proceed(state);
  }

  @Override
  public Next<Void> handleDrain(Socket socket, Void state) {
    return Next.close(state);
  }
}
