// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.benchmarks;

import io.thousandisland.benchmarks.Workload.Kind;
import io.thousandisland.benchmarks.micro.MicroBenchmarks;
import io.thousandisland.benchmarks.process.Commands;
import io.thousandisland.benchmarks.scaling.Prices;
import io.thousandisland.benchmarks.scaling.Scaling;
import io.thousandisland.benchmarks.scaling.SendFile;
import io.thousandisland.benchmarks.sharing.Sharing;
import io.thousandisland.benchmarks.tls.TlsBenchmark;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;

/** The command: starts the servers and the load, measures, and writes a page. Needs Linux. */
public final class Benchmarks {

  private final Options options;
  private final Results results = new Results();
  private final List<String> absent = new ArrayList<>();
  private final List<RunningServer> servers = new ArrayList<>();

  private Benchmarks(Options options) {
    this.options = options;
  }

  public static void main(String[] args) throws Exception {
    if (Commands.output(List.of("taskset", "--version")).isEmpty()) {
      System.err.println("The benchmarks need Linux, and taskset (of util-linux).");
      System.exit(1);
    }
    Runtime.getRuntime().addShutdownHook(new Thread(Benchmarks::endOthers, "end others"));
    Options options = Options.of(args);
    Files.createDirectories(options.target());
    stayOffTheServersProcessor(options);
    switch (options.benchmark()) {
      case "comparison" -> new Benchmarks(options).run();
      case "scaling" -> new Scaling(options).run();
      case "prices" -> new Prices(options).run();
      case "sendfile" -> new SendFile(options).run();
      case "tls" -> new TlsBenchmark(options).run();
      case "sharing" -> new Sharing(options).run();
      case "micro" -> new MicroBenchmarks(options).run();
      default -> throw new IllegalArgumentException("no such benchmark: " + options.benchmark());
    }
  }

  /** Ends all child processes, so that no server stays behind, however this process ends. */
  private static void endOthers() {
    ProcessHandle.current().descendants().forEach(ProcessHandle::destroy);
  }

  private void run() throws IOException, InterruptedException {
    List<Contestant> contestants = Contestant.all(options);
    if (options.wantsWorkload(Workload.START)) {
      starts(contestants.stream().filter(any -> !any.second()).toList());
    }
    try (var load = new LoadProcess(options.loadProcessor())) {
      startAll(contestants);
      measure(new Measuring(options, servers, load, results));
    } finally {
      for (RunningServer server : servers) {
        server.stop();
      }
    }
    write(servers.stream().map(RunningServer::contestant).toList());
  }

  private static void stayOffTheServersProcessor(Options options) throws InterruptedException {
    String self = Long.toString(ProcessHandle.current().pid());
    Commands.output(List.of("taskset", "-a", "-p", "-c", options.loadProcessor(), self));
  }

  private void starts(List<Contestant> contestants) throws IOException, InterruptedException {
    System.out.println("start: on both processors");
    String both = options.serverProcessor() + "," + options.loadProcessor();
    var quiet = new Quiet(options.serverProcessor(), options.loadProcessor());
    for (int round = 0; round < options.rounds(); round++) {
      quiet.await();
      for (Contestant contestant : contestants) {
        try {
          RunningServer server = RunningServer.start(contestant, both, options.target());
          results.add(Workload.START, contestant.name(), server.nanosToListen() / 1e6);
          server.stop();
        } catch (IOException e) {
          // reported when the servers are started for the measurement
        }
      }
    }
  }

  private void startAll(List<Contestant> contestants) throws InterruptedException, IOException {
    for (Contestant contestant : contestants) {
      try {
        servers.add(RunningServer.start(contestant, options.serverProcessor(), options.target()));
      } catch (IOException e) {
        if (contestant.ours()) {
          throw e;
        }
        absent.add(contestant.title() + ": " + e.getMessage());
        System.out.println(contestant.name() + ": left out: " + e.getMessage());
      }
    }
  }

  private void measure(Measuring measuring) throws IOException, InterruptedException {
    List<Workload> wanted =
        Workload.ALL.stream().filter(any -> options.wantsWorkload(any.name())).toList();
    for (Workload workload : wanted) {
      measuring.rounds(workload);
    }
    for (Workload workload : wanted) {
      if (workload.kind() != Kind.PACED) {
        measuring.allocation(workload);
      }
    }
    if (options.wantsWorkload(Workload.IDLE)) {
      measuring.idle();
    }
  }

  private void write(List<Contestant> contestants) throws IOException, InterruptedException {
    Path results = options.results();
    String date = LocalDate.now(ZoneOffset.UTC).toString();
    String page =
        new Report(this.results, contestants).page(options, date, Machine.facts(options), absent);
    Path published = options.root().resolve("docs/performance.md");
    page += Report.files(Files.readString(published)); // by another run
    Files.writeString(results.resolve("performance.md"), page);
    Files.writeString(results.resolve("performance.svg"), Chart.of(this.results, contestants));
    System.out.println(page);
    System.out.println("written to " + results.resolve("performance.md"));
  }
}
