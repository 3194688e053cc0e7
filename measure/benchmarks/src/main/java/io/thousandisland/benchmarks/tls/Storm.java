// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.benchmarks.tls;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadLocalRandom;
import javax.net.ssl.SSLEngine;
import org.jspecify.annotations.Nullable;

/**
 * {@link #ESTABLISHED} clients, and a storm of handshakes that they feel. Each of them sends 64
 * bytes about twice in a second and waits for the echo. In a storm {@link #GREETINGS} clients
 * connect at once and greet; they leave when all of them were answered.
 */
final class Storm implements AutoCloseable {

  static final int ESTABLISHED = 1_000;
  static final int GREETINGS = 5_000;

  /** The type of a record. */
  private static final byte HANDSHAKE = 22;

  private static final long PATIENCE = 60_000_000_000L;

  private final byte[][] greetings = new byte[64][];

  /** The nanoseconds of each echo. Replaced by an empty one when a measurement begins. */
  private volatile Queue<Long> taken = new ConcurrentLinkedQueue<>();

  private volatile boolean over;
  private volatile @Nullable IOException failure;

  Storm(int port) throws IOException, InterruptedException {
    for (int i = 0; i < greetings.length; i++) {
      SSLEngine engine = new Trusting().context().createSSLEngine("localhost", 1);
      engine.setUseClientMode(true);
      ByteBuffer out = ByteBuffer.allocate(engine.getSession().getPacketBufferSize());
      engine.wrap(ByteBuffer.allocate(0), out);
      greetings[i] = Arrays.copyOf(out.array(), out.position());
    }
    var connected = new CountDownLatch(ESTABLISHED);
    var few = new Semaphore(4);
    for (int i = 0; i < ESTABLISHED; i++) {
      Thread.ofVirtual().start(() -> talk(port, connected, few));
    }
    connected.await();
  }

  private void talk(int port, CountDownLatch connected, Semaphore few) {
    try {
      few.acquire();
      Client client = Client.echo(port);
      few.release();
      connected.countDown();
      while (!over) {
        Thread.sleep(ThreadLocalRandom.current().nextInt(1_000));
        long start = System.nanoTime();
        client.once();
        taken.add(System.nanoTime() - start);
      }
      client.close();
    } catch (IOException e) {
      failure = e;
      connected.countDown();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /**
   * The outcome of a measurement.
   *
   * @param nanos of each echo, sorted
   * @param givenUp greetings without an answer
   */
  record Latencies(List<Long> nanos, int givenUp) {}

  /** Work that returns how many greetings were given up. */
  interface Work {
    int run() throws IOException, InterruptedException;
  }

  /** The latencies while {@code work} runs. */
  Latencies during(Work work) throws IOException, InterruptedException {
    taken = new ConcurrentLinkedQueue<>();
    int givenUp = work.run();
    Queue<Long> all = taken;
    if (failure != null) {
      throw failure;
    }
    return new Latencies(all.stream().sorted().toList(), givenUp);
  }

  /**
   * Returns when the server at {@code port} has answered each greeting, or given it up.
   *
   * @return how many it gave up
   */
  int rage(int port) throws IOException {
    var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    List<SocketChannel> all = new ArrayList<>();
    int givenUp = 0;
    try (Selector selector = Selector.open()) {
      for (int i = 0; i < GREETINGS; i++) {
        SocketChannel channel = SocketChannel.open(address);
        all.add(channel);
        channel.configureBlocking(false);
        channel.write(ByteBuffer.wrap(greetings[i % greetings.length]));
        channel.register(selector, SelectionKey.OP_READ);
      }
      long start = System.nanoTime();
      for (int done = 0; done < GREETINGS; ) {
        selector.select(1_000);
        for (SelectionKey key : selector.selectedKeys()) {
          givenUp += answers((SocketChannel) key.channel()) ? 0 : 1;
          key.cancel();
          done++;
        }
        selector.selectedKeys().clear();
        if (System.nanoTime() - start > PATIENCE) {
          throw new IOException("only " + done + " greetings were answered");
        }
      }
    } finally {
      for (SocketChannel channel : all) {
        channel.close();
      }
    }
    return givenUp;
  }

  /** A handshake record; anything else is an alert, or the end. */
  private static boolean answers(SocketChannel channel) {
    ByteBuffer first = ByteBuffer.allocate(1);
    try {
      return channel.read(first) == 1 && first.get(0) == HANDSHAKE;
    } catch (IOException reset) {
      return false;
    }
  }

  @Override
  public void close() {
    over = true;
  }
}
