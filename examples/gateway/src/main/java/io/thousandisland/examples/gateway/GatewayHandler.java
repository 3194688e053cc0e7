// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.examples.gateway;

import io.thousandisland.handler.Handler;
import io.thousandisland.handler.HandlerName;
import io.thousandisland.handler.MigrationDeclinedException;
import io.thousandisland.handler.Next;
import io.thousandisland.handler.Socket;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.metatype.annotations.Designate;

/**
 * A gateway: each client gets a {@link Tunnel} to the backend.
 *
 * <p>The client's end of a tunnel is here: its bytes go in, the tunnel's bytes go out, and the end
 * of either side goes to the other. When one side breaks, the other is broken off, too.
 */
@Component(configurationPid = GatewayHandler.PID, configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = GatewayConfig.class)
@HandlerName("gateway")
public final class GatewayHandler implements Handler<Tunnel> {

  static final String PID = "io.thousandisland.examples.gateway";

  /** The backend of new clients. Written by Declarative Services, read by connections. */
  private volatile Backend backend;

  @Activate
  public GatewayHandler(GatewayConfig config) {
    backend = new Backend(config);
  }

  /**
   * The configuration has changed. Open tunnels stay. Without this method the handler would leave
   * and come again, and end them.
   *
   * @throws IllegalArgumentException when a value is wrong; then the backend stays as well
   */
  @Modified
  void change(GatewayConfig config) {
    backend = new Backend(config);
  }

  @Override
  public Next<Tunnel> handleConnection(Socket socket) {
    Backend mine = backend;
    socket.label("to " + mine);
    var client = socket.ref();
    var tunnel =
        new Tunnel(mine.connect(socket), mine.sendTimeout(), () -> client.tell(Tunnel.NEWS));
    tunnel.start(socket.id());
    return Next.proceed(tunnel);
  }

  @Override
  public Next<Tunnel> handleData(ByteBuffer data, Socket socket, Tunnel tunnel)
      throws IOException, InterruptedException {
    tunnel.send(data, socket::send, socket::shutdownOutput);
    return Next.proceed(tunnel);
  }

  @Override
  public Next<Tunnel> handleHalfClose(ByteBuffer rest, Socket socket, Tunnel tunnel) {
    tunnel.end();
    return Next.proceed(tunnel); // the backend may still have much to say
  }

  /** The tunnel has news. */
  @Override
  public Next<Tunnel> handleMessage(Object message, Socket socket, Tunnel tunnel)
      throws IOException {
    boolean over = tunnel.receive(socket::send, socket::shutdownOutput);
    return over ? Next.close(tunnel) : Next.proceed(tunnel);
  }

  /** Carries on until the deadline: a gateway cannot finish the talk of other programs. */
  @Override
  public Next<Tunnel> handleDrain(Socket socket, Tunnel tunnel) {
    return Next.proceed(tunnel);
  }

  /** The tunnel's threads run code of this bundle. */
  @Override
  public @Nullable Object exportState(Socket socket, Tunnel tunnel)
      throws MigrationDeclinedException {
    throw new MigrationDeclinedException("a tunnel stays with its gateway");
  }

  @Override
  public void handleClose(Socket socket, Tunnel tunnel) {
    end(socket, tunnel);
  }

  @Override
  public void handleError(Throwable reason, Socket socket, @Nullable Tunnel tunnel) {
    end(socket, tunnel);
  }

  @Override
  public void handleTimeout(Socket socket, @Nullable Tunnel tunnel) {
    end(socket, tunnel);
  }

  @Override
  public void handleShutdown(Socket socket, @Nullable Tunnel tunnel) {
    end(socket, tunnel);
  }

  /**
   * Ends both sides, by a reset unless both have ended by themselves: so neither takes what it has
   * for the whole.
   *
   * @param tunnel null when the backend could not be reached: then the client gets an end
   */
  private static void end(Socket client, @Nullable Tunnel tunnel) {
    if (tunnel == null) {
      return;
    }
    if (!tunnel.isWhole()) {
      client.reset();
    }
    tunnel.close();
  }
}
