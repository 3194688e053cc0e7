// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.benchmarks.scaling;

import io.thousandisland.benchmarks.Figure;
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
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The command {@code -Dbenchmark=prices}: measures what a key of the configuration costs while it
 * is set and refuses nobody. Each server is a process of its own, because servers of one process
 * share their compiled code. The ratios are to the server with the defaults, in the same round.
 * Adds what {@link Messages} cost.
 */
public final class Prices {

  /** A run with fewer rounds does not replace the published figures. */
  private static final int ENOUGH_ROUNDS = 5;

  private static final Fleet.Ship DEFAULTS = new Fleet.Ship("defaults", List.of());

  /** Another process with the defaults: its ratio shows how far processes differ by themselves. */
  private static final Fleet.Ship AGAIN = new Fleet.Ship("again", List.of());

  /** The keys, with values that never come into effect under these loads. */
  private static final List<Fleet.Ship> SHIPS =
      List.of(
          DEFAULTS,
          AGAIN,
          ship("maxConnectionsPerAcceptor = 10000"),
          ship("maxConnectionsPerAddress = 10000"),
          ship("acceptRate = 1000000"),
          ship("deny = 192.0.2.0/24, 198.51.100.0/24, 203.0.113.0/24, 2001:db8::/32"),
          ship("alarmConnections = 10000"),
          ship("maxAge = 1h"),
          ship("firstByteTimeout = 60s"),
          ship("minReceiveRate = 1"),
          ship("minSendRate = 1"),
          ship("idleBy = both"));

  private final Options options;
  private final Results results = new Results();

  public Prices(Options options) {
    this.options = options;
  }

  private static Fleet.Ship ship(String line) {
    return new Fleet.Ship(line.substring(0, line.indexOf(' ')), List.of(line));
  }

  private static List<Workload> workloads() {
    return Stream.of("64x64B", "churn").map(Variants::named).toList();
  }

  public void run() throws IOException, InterruptedException {
    List<Fleet> fleets = new ArrayList<>();
    try (var load = new LoadProcess(options.loadProcessor())) {
      for (Fleet.Ship ship : SHIPS) {
        fleets.add(Fleet.start(options, "price-" + ship.name(), ship));
      }
      List<RunningServer> servers = fleets.stream().flatMap(f -> f.servers().stream()).toList();
      var measuring = new Measuring(options, servers, load, results);
      for (Workload workload : workloads()) {
        measuring.rounds(workload);
      }
    } finally {
      for (Fleet fleet : fleets) {
        fleet.stop();
      }
    }
    write();
  }

  private void write() throws IOException, InterruptedException {
    Path source = options.root().resolve("docs/prices.md");
    var page = new Page("docs/prices.md", Files.readString(source));
    var facts = new StringBuilder();
    Machine.factsOfOurs(options).forEach(fact -> facts.append("- ").append(fact).append('\n'));
    page.put("run", facts.toString());
    page.put("prices", table());
    var messages = new Messages(options);
    page.put("messages", messages.messages());
    page.put("pipelined", messages.pipelined());
    boolean enough = options.rounds() >= ENOUGH_ROUNDS;
    Path target = enough ? source : options.target().resolve("prices.md");
    Files.writeString(target, page.text());
    System.out.println(page.text());
    System.out.println("written to " + target);
  }

  private String table() {
    var table = new Table("set", "echo, × defaults", "connect, echo, close, × defaults");
    for (Fleet.Ship ship : SHIPS.subList(1, SHIPS.size())) {
      List<String> cells = new ArrayList<>();
      cells.add(ship == AGAIN ? "nothing" : "`" + ship.lines().getFirst() + "`");
      for (Workload workload : workloads()) {
        cells.add(text(results.ratio(workload, ship.name(), DEFAULTS.name())));
      }
      table.row(cells.toArray(String[]::new));
    }
    return table.toString();
  }

  private static String text(@Nullable Figure ratio) {
    return ratio == null ? "–" : ratio.text(2);
  }
}
