// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.benchmarks.sharing;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/**
 * A plain server of the JDK's channels, in a process of its own, that shares its port. It sends
 * each client its byte back.
 */
public final class SharingServer {

  private final ServerSocketChannel channel = ServerSocketChannel.open();
  private final Selector selector = Selector.open();
  private final SelectionKey key;
  private final Departure departure;

  /** Set by the thread that reads the command. */
  private volatile boolean over;

  private final CountDownLatch closed = new CountDownLatch(1);

  private SharingServer(int port, Departure departure) throws IOException {
    this.departure = departure;
    channel.configureBlocking(false);
    channel.setOption(StandardSocketOptions.SO_REUSEPORT, true);
    channel.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1024);
    key = channel.register(selector, SelectionKey.OP_ACCEPT);
  }

  /** The port, and the departure for which it waits on the standard input. */
  public static void main(String[] args) throws Exception {
    var server = new SharingServer(Integer.parseInt(args[0]), Departure.valueOf(args[1]));
    Thread accepting = Thread.ofPlatform().start(server::run);
    System.out.println(((InetSocketAddress) server.channel.getLocalAddress()).getPort());
    int unusedEnd = System.in.read();
    server.over = true;
    server.selector.wakeup();
    server.closed.await();
    System.out.println("closed");
    accepting.join();
    int unusedExit = System.in.read(); // connections that it has accepted end first
  }

  private void run() {
    try {
      while (!over) {
        selector.select();
        selector.selectedKeys().clear();
        if (!over) {
          acceptAll();
        }
      }
      leave();
    } catch (IOException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private void leave() throws IOException, InterruptedException {
    if (departure.standsStill()) {
      Thread.sleep(50); // as for a pause of the garbage collector
    }
    if (departure.leavesSelector()) {
      key.cancel();
      selector.selectNow();
    }
    if (departure.accepts()) {
      acceptAll();
    }
    channel.close();
    selector.selectNow();
    closed.countDown();
  }

  private void acceptAll() throws IOException {
    for (SocketChannel client; (client = channel.accept()) != null; ) {
      serve(client);
    }
  }

  private static void serve(@Nullable SocketChannel client) {
    Thread unused =
        Thread.ofVirtual()
            .start(
                () -> {
                  try (client) {
                    var one = ByteBuffer.allocate(1);
                    if (client != null && client.read(one) == 1) {
                      client.write(one.flip());
                    }
                  } catch (IOException gone) {
                    // its client's trouble
                  }
                });
  }
}
