// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.benchmarks;

import io.thousandisland.benchmarks.load.Count;
import io.thousandisland.benchmarks.process.ManagedJvm;
import io.thousandisland.benchmarks.process.Processors;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** The measurement itself: all servers live, and each workload goes round among them in slices. */
public final class Measuring {

  static final String IDLE_HEAP = "idle heap";
  static final String IDLE_LOAD = "idle load";

  private final Options options;
  private final List<RunningServer> servers;
  private final LoadProcess load;
  private final Results results;
  private final Quiet quiet;

  public Measuring(
      Options options, List<RunningServer> servers, LoadProcess load, Results results) {
    this.options = options;
    this.servers = servers;
    this.load = load;
    this.results = results;
    quiet = new Quiet(options.serverProcessor(), options.loadProcessor());
  }

  /**
   * Measures processor time, rate and latency. Further rounds follow while servers were disturbed,
   * up to twice as many. The rounds go to and fro, so that no server is always measured after the
   * same other server.
   */
  public void rounds(Workload workload) throws IOException, InterruptedException {
    System.out.println(workload.name() + ": " + workload.title());
    for (RunningServer server : servers) {
      open(workload, server);
      load.tell(workload.command(server.port(), options.warm()));
    }
    for (int round = 0; round < 2 * options.rounds() && !enough(workload); round++) {
      quiet.await();
      for (RunningServer server : round % 2 == 0 ? servers : servers.reversed()) {
        results.add(workload, server.name(), slice(workload, server));
      }
    }
    for (RunningServer server : servers) {
      close(server);
      var cost = results.cost(workload, server.name());
      System.out.printf(
          "  %-16s %s µs per %s, %d of %d slices disturbed%n",
          server.name(),
          cost == null ? "?" : cost.text(2),
          workload.unit(),
          results.disturbed(workload, server.name()),
          results.disturbed(workload, server.name())
              + results.undisturbed(workload, server.name()));
    }
  }

  /**
   * True when as many rounds as asked for count, of each server and of each contestant that it is
   * compared with.
   */
  private boolean enough(Workload workload) {
    List<String> names = servers.stream().map(RunningServer::name).toList();
    return names.stream()
        .allMatch(
            name ->
                results.undisturbed(workload, name) >= options.rounds()
                    && Contestant.COMPARED_WITH.stream()
                        .filter(names::contains)
                        .map(base -> results.ratios(workload, name, base))
                        .allMatch(ratios -> ratios.size() >= options.rounds()));
  }

  /** One slice of a workload whose connections are open. */
  public Slice slice(Workload workload, RunningServer server) throws IOException {
    long others = -ours();
    long busy = Processors.busy(options.serverProcessor(), options.loadProcessor());
    long start = System.nanoTime();
    var before = Processors.ofThreads(server.pid());
    Count count = load.tell(workload.command(server.port(), options.slice()));
    long used = Processors.between(before, Processors.ofThreads(server.pid()));
    long took = System.nanoTime() - start;
    busy = Processors.busy(options.serverProcessor(), options.loadProcessor()) - busy;
    others = busy - (others + ours());
    return new Slice(count, used, (double) others / took);
  }

  /** The processor time of everything that belongs to this run. */
  private long ours() throws IOException {
    long sum = Processors.of(load.pid()) + Processors.of(ProcessHandle.current().pid());
    for (long pid : servers.stream().mapToLong(RunningServer::pid).distinct().toArray()) {
      sum += Processors.of(pid);
    }
    return sum;
  }

  /** Measures the bytes that a server allocates for each unit of work. */
  void allocation(Workload workload) throws IOException {
    for (RunningServer server : javaServers()) {
      try (var jvm = ManagedJvm.attach(server.pid())) {
        open(workload, server);
        long brief = options.slice() / 2;
        load.tell(workload.command(server.port(), brief));
        for (int i = 0; i < 3; i++) {
          long asking = -jvm.allocated() + jvm.allocated();
          long before = jvm.allocated();
          Count count = load.tell(workload.command(server.port(), brief));
          double each = (double) (jvm.allocated() - before - asking) / count.echoes();
          results.add(allocationOf(workload), server.name(), each);
        }
        close(server);
      }
    }
  }

  static String allocationOf(Workload workload) {
    return "allocation " + workload.name();
  }

  /**
   * Measures the live heap of each connection that has echoed once and now idles, and the processor
   * time of all of them meanwhile.
   */
  void idle() throws IOException, InterruptedException {
    System.out.println("idle: " + Workload.IDLE_CONNECTIONS + " connections");
    for (RunningServer server : javaServers()) {
      live(server); // loads the classes that answer
    }
    for (int i = 0; i < 2; i++) {
      for (RunningServer server : servers) {
        idle(server);
      }
    }
  }

  private void idle(RunningServer server) throws IOException, InterruptedException {
    boolean java = server.contestant().java();
    long empty = java ? live(server) : 0;
    open(server, Workload.IDLE_CONNECTIONS);
    load.tell("pingpong %d 64 0".formatted(server.port()));
    if (java) {
      double each = (double) (live(server) - empty) / Workload.IDLE_CONNECTIONS;
      results.add(IDLE_HEAP, server.name(), each);
    }
    var before = Processors.ofThreads(server.pid());
    long start = System.nanoTime();
    Thread.sleep(options.slice() / 1_000_000);
    long used = Processors.between(before, Processors.ofThreads(server.pid()));
    double perMille = 1e3 * used / (System.nanoTime() - start);
    results.add(IDLE_LOAD, server.name(), perMille);
    close(server);
    Thread.sleep(1000); // until the server has seen all connections end
  }

  public static long live(RunningServer server) throws IOException {
    try (var jvm = ManagedJvm.attach(server.pid())) {
      return jvm.live();
    }
  }

  private List<RunningServer> javaServers() {
    List<RunningServer> java = new ArrayList<>(servers);
    java.removeIf(server -> !server.contestant().java());
    return java;
  }

  private void open(Workload workload, RunningServer server) throws IOException {
    open(server, workload.connections());
  }

  public void open(RunningServer server, int connections) throws IOException {
    load.tell("open %d %d".formatted(server.port(), connections));
  }

  public void close(RunningServer server) throws IOException {
    load.tell("close %d".formatted(server.port()));
  }
}
