// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.benchmarks.scaling;

import com.sun.management.OperatingSystemMXBean;
import io.thousandisland.benchmarks.Figure;
import io.thousandisland.benchmarks.LoadProcess;
import io.thousandisland.benchmarks.Options;
import io.thousandisland.handler.Framing;
import io.thousandisland.handler.Handler;
import io.thousandisland.handler.Next;
import io.thousandisland.handler.Socket;
import io.thousandisland.handler.SocketRef;
import io.thousandisland.testing.TestServer;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/**
 * Messages to many connections, and requests that come several at a time: for handlers that promise
 * not to block, and for handlers that may block. The server runs in this process; the connections
 * of the messages are those of the load process.
 */
final class Messages {

  private static final int CONNECTIONS = 10_000;

  /** Each is one message to each connection. */
  private static final int BROADCASTS = 20;

  private static final int WARM_ROUNDS = 3;
  private static final int[] AT_ONCE = {1, 16};
  private static final int REQUESTS = 160_000;
  private static final byte[] LINE = "0123456789\n".getBytes(StandardCharsets.US_ASCII);
  private static final int LONGEST = 100;

  /** The figures of one round, each for one message or request. */
  private record Cost(double micros, double switches) {}

  private final Options options;

  Messages(Options options) {
    this.options = options;
  }

  /** Counts messages, and sends none on. */
  private static final class Told implements Handler<String> {
    final Set<SocketRef> all = ConcurrentHashMap.newKeySet();
    final AtomicLong handled = new AtomicLong();

    @Override
    public Next<String> handleConnection(Socket socket) {
      all.add(socket.ref());
      return Next.proceed("");
    }

    @Override
    public Next<String> handleData(ByteBuffer data, Socket socket, String state) {
      data.position(data.limit());
      return Next.proceed(state);
    }

    @Override
    public Next<String> handleMessage(Object message, Socket socket, String state) {
      handled.incrementAndGet();
      return Next.proceed(state);
    }
  }

  /** Sends each line back, each with a send of its own. */
  private static final class Lines implements Handler<String> {
    @Override
    public Next<String> handleData(ByteBuffer data, Socket socket, String state)
        throws IOException {
      for (String line = Framing.line(data, LONGEST);
          line != null;
          line = Framing.line(data, LONGEST)) {
        socket.send(line + "\n");
      }
      return Next.proceed(state);
    }
  }

  /** A table of what a message costs. */
  String messages() throws IOException, InterruptedException {
    var table = new Table("handler", "µs of processor time", "context switches");
    for (boolean promises : List.of(true, false)) {
      List<Cost> costs = broadcasts(promises);
      table.row(kind(promises), text(costs, true, 2), text(costs, false, 3));
    }
    return table.toString();
  }

  /** A table of what a request costs, with the client's part. */
  String pipelined() throws IOException, InterruptedException {
    var table = new Table("handler", "one at a time, µs", "sixteen at a time, µs");
    for (boolean promises : List.of(true, false)) {
      List<String> cells = new ArrayList<>(List.of(kind(promises)));
      for (int atOnce : AT_ONCE) {
        cells.add(text(requests(promises, atOnce), true, 2));
      }
      table.row(cells.toArray(String[]::new));
    }
    return table.toString();
  }

  private static String kind(boolean promises) {
    return promises ? "promises not to block" : "may block";
  }

  private static String text(List<Cost> costs, boolean micros, int digits) {
    return Figure.of(costs, cost -> micros ? cost.micros : cost.switches).text(digits);
  }

  private static TestServer server(Handler<?> handler, boolean promises)
      throws InterruptedException {
    TestServer.Builder server = TestServer.serving(handler).set("readTimeout", "1h");
    return promises ? server.nonblocking().start() : server.start();
  }

  private List<Cost> broadcasts(boolean promises) throws IOException, InterruptedException {
    var handler = new Told();
    List<Cost> costs = new ArrayList<>();
    try (var server = server(handler, promises);
        var load = new LoadProcess(options.loadProcessor())) {
      load.tell("open " + server.port() + " " + CONNECTIONS);
      while (handler.all.size() < CONNECTIONS) {
        LockSupport.parkNanos(1_000_000);
      }
      for (int round = -WARM_ROUNDS; round < options.rounds(); round++) {
        Cost cost = costOf(CONNECTIONS * BROADCASTS, () -> broadcast(handler));
        if (round >= 0) {
          costs.add(cost);
        }
      }
    }
    return costs;
  }

  private static void broadcast(Told handler) {
    for (int i = 0; i < BROADCASTS; i++) {
      long wanted = handler.handled.get() + CONNECTIONS;
      for (SocketRef each : handler.all) {
        if (!each.tell("news")) {
          throw new IllegalStateException("a mailbox is full");
        }
      }
      while (handler.handled.get() < wanted) {
        LockSupport.parkNanos(100_000);
      }
    }
  }

  private List<Cost> requests(boolean promises, int atOnce)
      throws IOException, InterruptedException {
    List<Cost> costs = new ArrayList<>();
    try (var server = server(new Lines(), promises);
        var client = new java.net.Socket(InetAddress.getLoopbackAddress(), server.port())) {
      client.setTcpNoDelay(true);
      for (int round = -WARM_ROUNDS; round < options.rounds(); round++) {
        Cost cost = costOf(REQUESTS, () -> ask(client, atOnce));
        if (round >= 0) {
          costs.add(cost);
        }
      }
    }
    return costs;
  }

  private static void ask(java.net.Socket client, int atOnce) throws IOException {
    byte[] lines = new byte[LINE.length * atOnce];
    for (int i = 0; i < atOnce; i++) {
      System.arraycopy(LINE, 0, lines, i * LINE.length, LINE.length);
    }
    byte[] replies = new byte[lines.length];
    OutputStream out = client.getOutputStream();
    var in = new DataInputStream(client.getInputStream());
    for (int i = 0; i < REQUESTS / atOnce; i++) {
      out.write(lines);
      in.readFully(replies);
    }
  }

  private interface Work {
    void run() throws IOException;
  }

  private static Cost costOf(int units, Work work) throws IOException {
    var system = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    long used = system.getProcessCpuTime();
    long switches = switches();
    work.run();
    return new Cost(
        (system.getProcessCpuTime() - used) / 1e3 / units,
        (double) (switches() - switches) / units);
  }

  /** How often threads of this process have waited so far. */
  private static long switches() throws IOException {
    long sum = 0;
    try (Stream<Path> threads = Files.list(Path.of("/proc/self/task"))) {
      for (Path thread : (Iterable<Path>) threads::iterator) {
        try {
          for (String line : Files.readAllLines(thread.resolve("status"))) {
            if (line.startsWith("voluntary_ctxt_switches:")) {
              sum += Long.parseLong(line.substring(line.indexOf(':') + 1).strip());
            }
          }
        } catch (IOException ended) {
          // the thread ended between the listing and the reading
        }
      }
    }
    return sum;
  }
}
