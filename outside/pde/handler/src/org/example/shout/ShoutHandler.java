package org.example.shout;

import io.thousandisland.handler.Handler;
import io.thousandisland.handler.HandlerName;
import io.thousandisland.handler.Next;
import io.thousandisland.handler.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.osgi.service.component.annotations.Component;

/** Sends back what it receives, in capital letters. */
@Component
@HandlerName("shout")
public final class ShoutHandler implements Handler<Void> {

  @Override
  public Next<Void> handleData(ByteBuffer data, Socket socket, Void state) throws Exception {
    String text = StandardCharsets.UTF_8.decode(data).toString();
    socket.send(text.toUpperCase(Locale.ROOT));
    return Next.proceed(state);
  }
}
