// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.acceptance.bundles;

import io.thousandisland.handler.Handler;
import io.thousandisland.handler.Next;
import io.thousandisland.handler.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** A handler that answers each line with its version, and prints a line when it is activated. */
public final class CountedHandler implements Handler<Void> {

  private String version = "";

  /** Called by Declarative Services. */
  public void activate(Map<String, Object> properties) {
    version = String.valueOf(properties.get("version"));
    System.out.println("activated " + version);
  }

  /** Called by Declarative Services. */
  public void deactivate() {}

  @Override
  public Next<Void> handleData(ByteBuffer data, Socket socket, Void state) throws Exception {
    while (data.hasRemaining()) {
      if (data.get() == '\n') {
        socket.send(ByteBuffer.wrap((version + "\n").getBytes(StandardCharsets.UTF_8)));
      }
    }
    return Next.proceed(state);
  }
}
