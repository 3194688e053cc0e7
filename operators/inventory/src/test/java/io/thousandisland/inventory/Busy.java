// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.inventory;

import io.thousandisland.handler.Handler;
import io.thousandisland.handler.Next;
import io.thousandisland.handler.Socket;
import io.thousandisland.server.Drain;
import io.thousandisland.server.Drained;
import io.thousandisland.server.Server;
import io.thousandisland.telemetry.TelemetryEvent;
import io.thousandisland.testing.TestClient;
import io.thousandisland.testing.TestServer;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.awaitility.Awaitility;

/**
 * A real server in which everything happens that a report has lists for: a drain that is over, a
 * drain under way, a refused client, and a peer that takes nothing. It is closed with its clients.
 */
record Busy(TestServer running, List<AutoCloseable> clients) implements AutoCloseable {

  /** Text that would be HTML, and JSON, and several lines. */
  static final String NAME = "<script>alert(\"1\")</script>\n, next";

  private static final int FLOOD = 8 << 20; // bytes: more than the kernel's buffers take

  /** Stays when it is advised to finish. The word "flood" asks for many bytes. */
  private static final class Stubborn implements Handler<Void> {
    @Override
    public Next<Void> handleData(ByteBuffer data, Socket socket, Void state) throws Exception {
      boolean flood = data.get(data.position()) == 'f';
      data.position(data.limit());
      if (flood) {
        socket.send(new byte[FLOOD]);
      }
      return Next.proceed(state);
    }

    @Override
    public Next<Void> handleDrain(Socket socket, Void state) {
      return Next.proceed(state);
    }
  }

  /**
   * @param ended is told of the drain that is over
   */
  static Busy start(Consumer<TelemetryEvent> ended) throws Exception {
    TestServer running =
        TestServer.serving(new Stubborn())
            .nonblocking() // so that the server keeps the bytes, and not a handler that waits
            .set("unsentLimit", FLOOD)
            .set("name", NAME)
            .set("maxConnectionsPerAddress", 2)
            .set("drainTimeout", "1h")
            .start();
    var busy = new Busy(running, new ArrayList<>());
    Drained nothing = running.server().drainAddress("192.0.2.1").result().get();
    ended.accept(new TelemetryEvent.DrainEnded(NAME, "address 192.0.2.1", nothing));
    busy.floodASleeper();
    busy.clients.add(running.connect());
    try (TestClient third = running.connect()) {
      third.readToEnd(); // it is refused
    }
    Drain underWay = running.server().drainGeneration(1);
    Awaitility.await()
        .until(() -> underWay.progress().phase(), phase -> phase == Drain.Phase.ADVICE);
    return busy;
  }

  private void floodASleeper() throws Exception {
    SocketChannel sleeper = SocketChannel.open();
    clients.add(sleeper);
    sleeper.setOption(StandardSocketOptions.SO_RCVBUF, 4096);
    sleeper.connect(new InetSocketAddress("127.0.0.1", running.port()));
    sleeper.write(ByteBuffer.wrap(new byte[] {'f'}));
    Awaitility.await()
        .until(() -> server().connections().stream().anyMatch(info -> info.unsent() > 0));
  }

  Server server() {
    return running.server();
  }

  @Override
  public void close() throws Exception {
    for (AutoCloseable client : clients) {
      client.close();
    }
    server().drains().forEach(Drain::cutShort);
    running.close();
  }
}
