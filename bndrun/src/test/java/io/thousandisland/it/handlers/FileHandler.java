// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.it.handlers;

import io.thousandisland.handler.Framing;
import io.thousandisland.handler.Next;
import io.thousandisland.handler.Socket;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Map;
import org.osgi.framework.BundleContext;

/** Answers each line, which is the path of a file, with its tag and the file. */
public final class FileHandler implements io.thousandisland.handler.Handler<Long> {

  private String tag = "";

  void activate(BundleContext context, Map<String, Object> properties) {
    tag = String.valueOf(properties.get("tag"));
  }

  @Override
  public Next<Long> handleConnection(Socket socket) {
    return Next.proceed(0L);
  }

  @Override
  public Next<Long> handleData(ByteBuffer data, Socket socket, Long sent) throws Exception {
    long now = sent;
    for (String line = Framing.line(data, 1000); line != null; line = Framing.line(data, 1000)) {
      now++;
      socket.send(tag + " " + now + "\n");
      socket.sendFile(Path.of(line));
    }
    return Next.proceed(now);
  }
}
