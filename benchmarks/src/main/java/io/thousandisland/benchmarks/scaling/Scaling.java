package io.thousandisland.benchmarks.scaling;

import io.thousandisland.benchmarks.Contestant;
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

/**
 * The command {@code -Dbenchmark=scaling}: measures one part after the other, and puts the figures
 * into the page, whose conclusions are written by hand.
 */
public final class Scaling {

  /** With fewer, the published figures are not replaced. */
  private static final int ENOUGH_ROUNDS = 3;

  private final Options options;
  private final Results results = new Results();

  public Scaling(Options options) {
    this.options = options;
  }

  public void run() throws IOException, InterruptedException {
    List<Contestant> carriers;
    try (var load = new LoadProcess(options.loadProcessor())) {
      crowds(load);
      doors(load);
      carriers = carriers(load);
    }
    write(new Tables(options, results, carriers));
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

  private List<Contestant> carriers(LoadProcess load) throws IOException, InterruptedException {
    System.out.println("carriers and processors");
    List<RunningServer> servers = Variants.carriers(options);
    try {
      var measuring = new Measuring(options, servers, load, results);
      for (Workload workload : Variants.onProcessors()) {
        measuring.rounds(workload);
      }
    } finally {
      for (RunningServer server : servers) {
        server.stop();
      }
    }
    return servers.stream().map(RunningServer::contestant).toList();
  }

  private void write(Tables tables) throws IOException, InterruptedException {
    var page = new Page(Files.readString(options.root().resolve("docs/scaling.md")));
    page.put("run", tables.run(Machine.factsOfOurs(options)));
    page.put("busy", tables.busy());
    page.put("idle", tables.idle());
    page.put("acceptors", tables.acceptors());
    page.put("sockets", tables.sockets());
    page.put("carriers", tables.carriers());
    page.put("million", new Million(tables).text());
    Path folder =
        options.rounds() >= ENOUGH_ROUNDS ? options.root().resolve("docs") : options.target();
    var charts = new Charts(tables);
    Files.writeString(folder.resolve("scaling-echo.svg"), charts.echo());
    Files.writeString(folder.resolve("scaling-memory.svg"), charts.memory());
    Files.writeString(folder.resolve("scaling-churn.svg"), charts.churn());
    Files.writeString(folder.resolve("scaling.md"), page.text());
    System.out.println(page.text());
    System.out.println("written to " + folder.resolve("scaling.md"));
  }
}
