// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.handlers.echo;

import io.thousandisland.handler.Handler;
import io.thousandisland.handler.HandlerName;
import io.thousandisland.handler.HandlerNonblocking;
import io.thousandisland.handler.Next;
import io.thousandisland.handler.Socket;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import org.osgi.service.component.annotations.Component;

/**
 * Sends back whatever comes in: the Echo Protocol, RFC 862.
 *
 * <p>The {@code @Component} makes it a service, the {@code @HandlerName} is what a server's
 * configuration asks for. That is all the wiring there is. The {@code @HandlerNonblocking} makes it
 * faster, and may be said because echo waits for nothing but its socket.
 *
 * <p>One object serves every connection at the same time. That is safe because it keeps nothing:
 * what a connection had to remember would travel in its state, of which echo has none, hence {@code
 * Void}.
 */
@Component
@HandlerName("echo")
@HandlerNonblocking
public final class EchoHandler implements Handler<Void> {

  /** How long a connection may be quiet once it was asked to finish. */
  private static final Duration QUIET = Duration.ofMillis(500);

  /** Returns when the kernel has all of it, so a peer that does not read slows only itself down. */
  @Override
  public Next<Void> handleData(ByteBuffer data, Socket socket, Void state) throws IOException {
    socket.send(data);
    return socket.draining() ? untilQuiet(state) : Next.proceed(state);
  }

  /** Echo has no end of its own: a busy conversation goes on, a quiet one ends. */
  @Override
  public Next<Void> handleDrain(Socket socket, Void state) {
    return untilQuiet(state);
  }

  private static Next<Void> untilQuiet(Void state) {
    return Next.proceed(state).within(QUIET);
  }
}
