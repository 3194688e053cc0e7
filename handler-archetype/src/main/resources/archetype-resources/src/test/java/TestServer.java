package ${package};

import io.thousandisland.handler.Handler;
import io.thousandisland.runtime.server.Engine;
import io.thousandisland.runtime.server.HandlerFacts;
import io.thousandisland.runtime.server.ServerNode;
import io.thousandisland.runtime.server.ServerSettings;
import io.thousandisland.runtime.server.Telemetry;
import io.thousandisland.server.Status;
import io.thousandisland.transport.tcp.TcpTransport;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** A real server on a free port of this machine, as it serves the handler in a framework. */
final class TestServer implements AutoCloseable {

  private final Engine engine = new Engine();
  private final ServerNode node =
      new ServerNode(ServerSettings.defaults("test"), new Telemetry(), engine);
  private long version;

  TestServer(Handler<?> handler) throws InterruptedException {
    var running = new CountDownLatch(1);
    node.onChange(
        () -> {
          if (node.status() == Status.RUNNING) {
            running.countDown();
          }
        });
    node.transport("tcp", new TcpTransport());
    serve(handler);
    node.start();
    if (!running.await(20, TimeUnit.SECONDS)) {
      throw new IllegalStateException("does not run: " + node.info());
    }
  }

  private void serve(Handler<?> handler) {
    version++;
    node.serve(new HandlerFacts("test", "1.0." + version, version, 0, false), handler);
  }

  /** As when the handler's bundle is updated: the old one leaves, the next one comes. */
  void replace(Handler<?> next) {
    node.retire(version).join();
    serve(next);
  }

  Client connect() throws IOException {
    return new Client(((InetSocketAddress) node.info().address().orElseThrow()).getPort());
  }

  @Override
  public void close() {
    node.stop().join();
    engine.close();
  }

  /** A peer that talks in lines, and waits ten seconds at most. */
  static final class Client implements AutoCloseable {
    private final Socket socket;
    private final BufferedReader replies;

    Client(int port) throws IOException {
      socket = new Socket(InetAddress.getLoopbackAddress(), port);
      socket.setSoTimeout(10_000);
      replies =
          new BufferedReader(
              new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
    }

    /** Sends a line, and returns the next one that comes. */
    String ask(String line) throws IOException {
      send(line + "\n");
      return replies.readLine();
    }

    void send(String text) throws IOException {
      socket.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public void close() throws IOException {
      socket.close();
    }
  }
}
