// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.benchmarks.scaling;

import io.thousandisland.benchmarks.Contestant;
import io.thousandisland.benchmarks.Figure;
import io.thousandisland.benchmarks.Options;
import io.thousandisland.benchmarks.Results;
import io.thousandisland.benchmarks.Slice;
import io.thousandisland.benchmarks.Workload;
import java.util.List;
import java.util.Objects;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/** The figures of a run, and the tables they make. */
final class Tables {

  static final String CROWD = "crowd";

  /** With fewer connections, the kernel's memory moves more by itself. */
  private static final int ENOUGH_TO_WEIGH = 1000;

  private final Options options;
  private final Results results;
  private final List<Variants.OnProcessors> processors;
  private final Contestant crowd = new Contestant(CROWD, CROWD, true, List.of());

  Tables(Options options, Results results, List<Variants.OnProcessors> processors) {
    this.options = options;
    this.results = results;
    this.processors = processors;
  }

  String run(List<String> machine) {
    var text = new StringBuilder();
    machine.forEach(fact -> text.append("- ").append(fact).append('\n'));
    text.append(
        """
        - The server runs on processor %s, the load on processor %s, unless stated otherwise. Each load runs
          for %s s before it is measured
        - A figure is the median of at least %d slices of %s s, with the minimum and the maximum in
          brackets. Slices during which other processes took more than %.0f %% of a processor do not
          count, unless there are no others
        """
            .formatted(
                options.serverProcessor(),
                options.loadProcessor(),
                Figure.number(options.warm() / 1e9, 0),
                options.rounds(),
                Figure.number(options.slice() / 1e9, 1),
                Slice.TOO_MUCH * 100));
    return text.toString();
  }

  String busy() {
    var table =
        new Table(
            "connections",
            "all ask: processor µs per echo",
            "echoes/s",
            "p50, ms",
            "p99, ms",
            "10,000 echoes/s: processor µs per echo",
            "p50, µs",
            "p99, µs",
            "slices (dropped)");
    for (int size : Crowds.SIZES) {
      Workload busy = Crowds.busy(size);
      Workload paced = Crowds.paced(size);
      table.row(
          count(size),
          cost(busy, crowd).text(2),
          figure(busy, crowd, slice -> slice.count().perSecond()).text(0),
          figure(busy, crowd, slice -> slice.count().p50() / 1e6).text(1),
          figure(busy, crowd, slice -> slice.count().p99() / 1e6).text(1),
          cost(paced, crowd).text(2),
          figure(paced, crowd, slice -> slice.count().p50() / 1e3).text(0),
          figure(paced, crowd, slice -> slice.count().p99() / 1e3).text(0),
          counts(busy, crowd) + ", " + counts(paced, crowd));
    }
    return table.toString();
  }

  String idle() {
    var table =
        new Table(
            "connections",
            "live heap per connection, bytes",
            "kernel memory per connection, bytes",
            "TCP buffers per connection, bytes",
            "resident memory, MiB",
            "processor while idle, ‰",
            "additional descriptors");
    for (int size : Crowds.SIZES) {
      boolean enough = size >= ENOUGH_TO_WEIGH;
      table.row(
          count(size),
          idle(Crowds.HEAP, size).text(0),
          enough ? idle(Crowds.KERNEL, size).text(0) : "–",
          enough ? idle(Crowds.BUFFERS, size).text(0) : "–",
          count(idle(Crowds.RESIDENT, size).median() / (1 << 20)),
          idle(Crowds.IDLE_LOAD, size).text(1),
          count(idle(Crowds.DESCRIPTORS, size).median()));
    }
    return table.toString();
  }

  String acceptors() {
    return doors("acceptors", Variants.ACCEPTORS);
  }

  String sockets() {
    return doors("sockets", Variants.SOCKETS);
  }

  private String doors(String what, int[] numbers) {
    Workload churn = Variants.churn();
    var table = new Table(what, "processor µs per connection", "connections/s", "slices (dropped)");
    for (int n : numbers) {
      Contestant server = Variants.numbered(what, n);
      table.row(
          count(n),
          cost(churn, server).text(1),
          figure(churn, server, slice -> slice.count().perSecond()).text(0),
          counts(churn, server));
    }
    return table.toString();
  }

  String processors() {
    var table =
        new Table(
            "server, processors",
            "load",
            "processor µs per unit",
            "× one processor",
            "units/s",
            "slices (dropped)");
    for (Workload workload : Variants.onProcessors()) {
      for (Variants.OnProcessors server : processors) {
        Contestant one = server.one().contestant();
        Contestant both = server.both().contestant();
        table.row(onProcessors(workload, one, "1"));
        Figure ratio = results.ratio(workload, both.name(), one.name());
        table.row(onProcessors(workload, both, ratio == null ? "–" : ratio.text(2)));
      }
    }
    return table.toString();
  }

  private String[] onProcessors(Workload workload, Contestant server, String ratio) {
    return new String[] {
      server.title(),
      workload.title(),
      cost(workload, server).text(2),
      ratio,
      figure(workload, server, slice -> slice.count().perSecond()).text(0),
      counts(workload, server)
    };
  }

  Figure busyCost(int size) {
    return cost(Crowds.busy(size), crowd);
  }

  Figure pacedCost(int size) {
    return cost(Crowds.paced(size), crowd);
  }

  Figure acceptorsCost(int n) {
    return cost(Variants.churn(), Variants.numbered("acceptors", n));
  }

  Figure socketsCost(int n) {
    return cost(Variants.churn(), Variants.numbered("sockets", n));
  }

  static int[] enoughToWeigh() {
    return IntStream.of(Crowds.SIZES).filter(size -> size >= ENOUGH_TO_WEIGH).toArray();
  }

  Figure idle(String what, int size) {
    return Objects.requireNonNull(results.value(Crowds.at(what, size), crowd.name()));
  }

  private Figure cost(Workload workload, Contestant server) {
    return figure(workload, server, Slice::cost);
  }

  private Figure figure(Workload workload, Contestant server, ToDoubleFunction<Slice> value) {
    return Figure.of(results.slices(workload, server.name()), value);
  }

  private String counts(Workload workload, Contestant server) {
    return "%d (%d)"
        .formatted(
            results.undisturbed(workload, server.name()),
            results.disturbed(workload, server.name()));
  }

  static String count(double number) {
    return Figure.number(number, 0);
  }
}
