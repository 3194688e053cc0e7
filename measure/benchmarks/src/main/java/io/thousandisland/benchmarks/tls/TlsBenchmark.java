// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.benchmarks.tls;

import io.thousandisland.benchmarks.Figure;
import io.thousandisland.benchmarks.Machine;
import io.thousandisland.benchmarks.Options;
import io.thousandisland.benchmarks.process.ManagedJvm;
import io.thousandisland.benchmarks.scaling.Page;
import io.thousandisland.benchmarks.scaling.Table;
import io.thousandisland.benchmarks.tls.Rounds.Slice;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * The command {@code -Dbenchmark=tls}: echoes, a stream and handshakes of TLS 1.3, the heap of an
 * idle connection, and a storm of handshakes; beside Netty, with the same engine, the JDK's. Both
 * servers are on one processor, and the clients on the other one.
 */
public final class TlsBenchmark {

  /** A run with fewer rounds does not replace the published figures. */
  private static final int ENOUGH_ROUNDS = 5;

  private static final int IDLE = 2_000;
  private static final int WARM_STORMS = 2;
  private static final int MOST_STORMS = 3;

  /** The default collector of a process with one processor stops the world for long. */
  private static final List<String> ZGC = List.of("-XX:+UseZGC");

  private static final long QUIET_MILLIS = 5_000;
  private static final long CALM_MILLIS = 2_000;

  private final Options options;
  private final ExecutorService writers = Executors.newCachedThreadPool();

  public TlsBenchmark(Options options) {
    this.options = options;
  }

  private record Load(String name, String unit, int clients, Rounds.Maker maker) {}

  private List<Load> loads() {
    return List.of(
        new Load("64 clients, 64 B", "echo", 64, Client::echo),
        new Load("stream, 4 clients", "MiB", 4, port -> Client.bulk(port, writers)),
        new Load("full handshakes, 8 clients", "handshake", 8, p -> Client.handshake(p, false)),
        new Load("resumed handshakes, 8 clients", "handshake", 8, p -> Client.handshake(p, true)));
  }

  public void run() throws IOException, InterruptedException {
    Path folder = options.target().resolve("tls");
    Server.certificate(folder);
    String costs;
    String heap;
    var storms = new Table("clients of", "", "p50 ms", "p99 ms", "most ms", "given up");
    try (var netty = Server.netty(options, folder, List.of());
        var ours = Server.ours(options, folder, List.of())) {
      costs = costs(List.of(netty, ours));
      heap = heap(List.of(netty, ours));
      storms(storms, "", netty, ours);
    } finally {
      writers.shutdownNow();
    }
    try (var netty = Server.netty(options, folder, ZGC);
        var ours = Server.ours(options, folder, ZGC)) {
      storms(storms, ", ZGC", netty, ours);
    }
    write(costs, heap, storms.toString());
  }

  private String costs(List<Server> servers) throws IOException {
    var table =
        new Table("load", "Netty, processor µs per unit", "ours", "× Netty", "× Netty, rate");
    for (Load load : loads()) {
      System.out.println(load.name);
      List<List<Slice>> all;
      try (var rounds = new Rounds(servers, load.clients, load.maker)) {
        all = rounds.run(options.rounds(), options.warm(), options.slice());
      }
      List<Slice> netty = all.getFirst();
      List<Slice> ours = all.getLast();
      table.row(
          load.name + ", per " + load.unit,
          Figure.of(netty, Slice::cost).text(1),
          Figure.of(ours, Slice::cost).text(1),
          ratio(ours, netty, Slice::cost).text(2),
          ratio(ours, netty, Slice::rate).text(2));
    }
    return table.toString();
  }

  private static Figure ratio(List<Slice> ours, List<Slice> netty, ToDoubleFunction<Slice> what) {
    return Figure.of(
        IntStream.range(0, ours.size())
            .mapToDouble(i -> what.applyAsDouble(ours.get(i)) / what.applyAsDouble(netty.get(i)))
            .toArray());
  }

  private static String heap(List<Server> servers) throws IOException {
    var table = new Table("server", "bytes of heap per idle connection");
    for (Server server : servers) {
      List<Client> clients = new ArrayList<>();
      try (var jvm = ManagedJvm.attach(server.pid())) {
        long before = jvm.live();
        for (int i = 0; i < IDLE; i++) {
          clients.add(Client.echo(server.port()));
          clients.getLast().once();
        }
        long each = (jvm.live() - before) / IDLE;
        table.row(server.title(), Figure.number((double) each, 0));
      } finally {
        for (Client client : clients) {
          client.close();
        }
      }
    }
    return table.toString();
  }

  private void storms(Table table, String collector, Server netty, Server ours)
      throws IOException, InterruptedException {
    int rounds = Math.min(MOST_STORMS, options.rounds());
    for (Server server : List.of(netty, ours)) {
      Server other = server == ours ? netty : ours;
      System.out.println("storm: " + server.name() + collector);
      try (var storm = new Storm(server.port())) {
        var quiet = new Weather("quiet");
        var beside = new Weather("a storm at the other server");
        var raging = new Weather("a storm at their own server");
        for (int round = -WARM_STORMS; round < rounds; round++) {
          quiet.add(round, storm, () -> pause(QUIET_MILLIS));
          beside.add(round, storm, () -> storm.rage(other.port()));
          pause(CALM_MILLIS);
          raging.add(round, storm, () -> storm.rage(server.port()));
          pause(CALM_MILLIS);
        }
        for (Weather weather : List.of(quiet, beside, raging)) {
          weather.row(table, server.title() + collector);
        }
      }
    }
  }

  private static int pause(long millis) throws InterruptedException {
    Thread.sleep(millis);
    return 0;
  }

  private void write(String costs, String heap, String storm)
      throws IOException, InterruptedException {
    Path source = options.root().resolve("docs/tls-performance.md");
    var page = new Page("docs/tls-performance.md", Files.readString(source));
    String facts =
        Machine.factsOfOurs(options).stream()
            .map(fact -> "- " + fact + "\n")
            .collect(Collectors.joining());
    page.put("run", facts + "- Peers: " + options.peers() + "\n");
    page.put("costs", costs);
    page.put("heap", heap);
    page.put("storm", storm);
    boolean enough = options.rounds() >= ENOUGH_ROUNDS;
    Path target = enough ? source : options.target().resolve("tls-performance.md");
    Files.writeString(target, page.text());
    System.out.println(page.text());
    System.out.println("written to " + target);
  }
}
