// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.benchmarks.scaling;

import io.thousandisland.benchmarks.LoadProcess;
import io.thousandisland.benchmarks.Machine;
import io.thousandisland.benchmarks.Measuring;
import io.thousandisland.benchmarks.Options;
import io.thousandisland.benchmarks.Results;
import io.thousandisland.benchmarks.RunningServer;
import io.thousandisland.benchmarks.Workload;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * The command {@code -Dbenchmark=scaling}: measures one part after the other, and puts the figures
 * into the page, whose conclusions are written by hand.
 */
public final class Scaling {

  /** A run with fewer rounds does not replace the published figures. */
  private static final int ENOUGH_ROUNDS = 3;

  /** The parts, as {@code -Dworkloads} names them. */
  private static final String CONNECTIONS = "connections";

  private static final String ACCEPTORS = "acceptors";
  private static final String PROCESSORS = "processors";

  private final Options options;
  private final Results results = new Results();

  public Scaling(Options options) {
    this.options = options;
  }

  public void run() throws IOException, InterruptedException {
    List<Variants.OnProcessors> processors = List.of();
    try (var load = new LoadProcess(options.loadProcessor())) {
      if (options.wantsWorkload(CONNECTIONS)) {
        crowds(load);
      }
      if (options.wantsWorkload(ACCEPTORS)) {
        doors(load);
      }
      if (options.wantsWorkload(PROCESSORS)) {
        processors = processors(load);
      }
    }
    write(new Tables(options, results, processors));
  }

  private void crowds(LoadProcess load) throws IOException, InterruptedException {
    var ship = new Fleet.Ship(Tables.CROWD, List.of("maxConnections = 20000"));
    Fleet fleet = Fleet.start(options, Tables.CROWD, ship);
    try {
      var measuring = new Measuring(options, fleet.servers(), load, results);
      var crowds = new Crowds(options, fleet.servers().getFirst(), load, measuring, results);
      System.out.println("connections, busy");
      crowds.work();
      System.out.println("connections, idle");
      crowds.idle();
    } finally {
      fleet.stop();
    }
  }

  private void doors(LoadProcess load) throws IOException, InterruptedException {
    System.out.println("acceptors and listening sockets");
    Fleet fleet = Variants.doors(options);
    try {
      new Measuring(options, fleet.servers(), load, results).rounds(Variants.churn());
    } finally {
      fleet.stop();
    }
  }

  private List<Variants.OnProcessors> processors(LoadProcess load)
      throws IOException, InterruptedException {
    System.out.println("processors");
    List<Variants.OnProcessors> servers = Variants.processors(options);
    try {
      List<RunningServer> all =
          servers.stream().flatMap(kind -> Stream.of(kind.one(), kind.both())).toList();
      var measuring = new Measuring(options, all, load, results);
      for (Workload workload : Variants.onProcessors()) {
        measuring.rounds(workload);
      }
    } finally {
      Variants.stop(servers);
    }
    return servers;
  }

  private void write(Tables tables) throws IOException, InterruptedException {
    var page =
        new Page("docs/scaling.md", Files.readString(options.root().resolve("docs/scaling.md")));
    page.put("run", tables.run(Machine.factsOfOurs(options)));
    Path folder = complete() ? options.root().resolve("docs") : options.target();
    var charts = new Charts(tables);
    if (options.wantsWorkload(CONNECTIONS)) {
      page.put("busy", tables.busy());
      page.put("idle", tables.idle());
      page.put("million", new Million(tables).text());
      Files.writeString(folder.resolve("scaling-echo.svg"), charts.echo());
      Files.writeString(folder.resolve("scaling-memory.svg"), charts.memory());
    }
    if (options.wantsWorkload(ACCEPTORS)) {
      page.put("acceptors", tables.acceptors());
      page.put("sockets", tables.sockets());
      Files.writeString(folder.resolve("scaling-churn.svg"), charts.churn());
    }
    if (options.wantsWorkload(PROCESSORS)) {
      page.put("processors", tables.processors());
    }
    Files.writeString(folder.resolve("scaling.md"), page.text());
    System.out.println(page.text());
    System.out.println("written to " + folder.resolve("scaling.md"));
  }

  private boolean complete() {
    return options.workloads().isEmpty() && options.rounds() >= ENOUGH_ROUNDS;
  }
}
