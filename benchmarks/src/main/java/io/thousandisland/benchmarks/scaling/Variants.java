package io.thousandisland.benchmarks.scaling;

import io.thousandisland.benchmarks.Contestant;
import io.thousandisland.benchmarks.Options;
import io.thousandisland.benchmarks.RunningServer;
import io.thousandisland.benchmarks.Workload;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** The servers that differ in one thing only, to be measured side by side. */
final class Variants {

  static final int[] ACCEPTORS = {1, 2, 4, 8, 16, 32, 64};
  static final int[] SOCKETS = {1, 2, 4, 8};

  /** No socket may be without an acceptor. */
  static final int ACCEPTORS_OF_SOCKETS = 8;

  private Variants() {}

  static Workload named(String name) {
    return Workload.ALL.stream().filter(any -> any.name().equals(name)).findFirst().orElseThrow();
  }

  static Workload churn() {
    return named("churn");
  }

  static List<Workload> onProcessors() {
    return Stream.of("64x64B", "1000x64B", "churn").map(Variants::named).toList();
  }

  /** Servers with so many acceptors, and others with so many sockets, in one process. */
  static Fleet doors(Options options) throws IOException, InterruptedException {
    Stream<Fleet.Ship> acceptors =
        IntStream.of(ACCEPTORS)
            .mapToObj(n -> new Fleet.Ship("acceptors-" + n, List.of("acceptors = " + n)));
    Stream<Fleet.Ship> sockets =
        IntStream.of(SOCKETS)
            .mapToObj(
                n ->
                    new Fleet.Ship(
                        "sockets-" + n,
                        List.of("listenSockets = " + n, "acceptors = " + ACCEPTORS_OF_SOCKETS)));
    return Fleet.start(
        options, "doors", Stream.concat(acceptors, sockets).toArray(Fleet.Ship[]::new));
  }

  /** Processes with one carrier or two, on the server's processor or on both; a peer's likewise. */
  static List<RunningServer> carriers(Options options) throws IOException, InterruptedException {
    String one = options.serverProcessor();
    String both = one + "," + options.loadProcessor();
    List<RunningServer> started = new ArrayList<>();
    try {
      started.add(carriers(options, 1, one, "1 carrier on 1 processor"));
      started.add(carriers(options, 1, both, "1 carrier on 2 processors"));
      started.add(carriers(options, 2, both, "2 carriers on 2 processors"));
      started.add(netty(options, 1, one, "Netty epoll, 1 loop on 1 processor"));
      started.add(netty(options, 2, both, "Netty epoll, 2 loops on 2 processors"));
    } catch (IOException | InterruptedException e) {
      for (RunningServer server : started) {
        server.stop();
      }
      throw e;
    }
    return started;
  }

  private static RunningServer carriers(Options options, int n, String processors, String title)
      throws IOException, InterruptedException {
    return Fleet.alone(
        options,
        title.replace(' ', '-'),
        title,
        processors,
        "-Ddeploy=" + options.target().resolve("deploy"),
        "-Djdk.virtualThreadScheduler.parallelism=" + n);
  }

  private static RunningServer netty(Options options, int loops, String processors, String title)
      throws IOException, InterruptedException {
    var netty = Contestant.netty("netty-epoll-" + loops, title, "epoll", loops);
    return RunningServer.start(netty, processors, options.target());
  }

  /** The server of {@link #doors} with so many of them. */
  static Contestant numbered(String prefix, int n) {
    return new Contestant(prefix + "-" + n, prefix, true, List.of());
  }
}
