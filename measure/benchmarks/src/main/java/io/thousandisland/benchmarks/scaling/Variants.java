// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.benchmarks.scaling;

import io.thousandisland.benchmarks.Contestant;
import io.thousandisland.benchmarks.Options;
import io.thousandisland.benchmarks.RunningServer;
import io.thousandisland.benchmarks.Workload;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Servers that differ in one thing only, to be measured side by side. */
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

  /** One process with a server for each number of acceptors and for each number of sockets. */
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

  /** A server on one processor, and the same on both. */
  record OnProcessors(RunningServer one, RunningServer both) {}

  /** For each kind, one process on the server's processor and one on both processors. */
  static List<OnProcessors> processors(Options options) throws IOException, InterruptedException {
    Path mayBlock = options.target().resolve("scaling").resolve("may-block");
    Files.createDirectories(mayBlock);
    Files.writeString(
        mayBlock.resolve("io.thousandisland.handlers.echo.EchoHandler.cfg"),
        "handler.nonblocking = false\n");
    List<OnProcessors> started = new ArrayList<>();
    try {
      Path asItComes = options.target().resolve("deploy");
      started.add(both(options, (title, on, n) -> ours(options, title, on, asItComes), "ours"));
      started.add(
          both(options, (title, on, n) -> ours(options, title, on, mayBlock), "ours, may block"));
      started.add(both(options, (title, on, n) -> netty(options, n, on, title), "Netty epoll"));
    } catch (IOException | InterruptedException e) {
      stop(started);
      throw e;
    }
    return started;
  }

  static void stop(List<OnProcessors> servers) throws InterruptedException {
    for (OnProcessors server : servers) {
      server.one.stop();
      server.both.stop();
    }
  }

  private interface Start {
    RunningServer on(String title, String processors, int howMany)
        throws IOException, InterruptedException;
  }

  private static OnProcessors both(Options options, Start start, String title)
      throws IOException, InterruptedException {
    RunningServer one = start.on(title + ", 1", options.serverProcessor(), 1);
    try {
      String processors = options.serverProcessor() + "," + options.loadProcessor();
      return new OnProcessors(one, start.on(title + ", 2", processors, 2));
    } catch (IOException | InterruptedException e) {
      one.stop();
      throw e;
    }
  }

  private static RunningServer ours(Options options, String title, String processors, Path deploy)
      throws IOException, InterruptedException {
    String name = title.replaceAll("[ ,]+", "-");
    return Fleet.alone(options, name, title, processors, "-Ddeploy=" + deploy);
  }

  private static RunningServer netty(Options options, int loops, String processors, String title)
      throws IOException, InterruptedException {
    var netty = Contestant.netty("netty-epoll-" + loops, title, "epoll", loops);
    return RunningServer.start(netty, processors, options.target());
  }

  /** The server of {@link #doors} with that number of acceptors or sockets. */
  static Contestant numbered(String prefix, int n) {
    return new Contestant(prefix + "-" + n, prefix, true, List.of());
  }
}
