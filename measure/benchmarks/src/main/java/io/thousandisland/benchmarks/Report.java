// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.benchmarks;

import io.thousandisland.benchmarks.Workload.Kind;
import io.thousandisland.benchmarks.load.Count;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/** The results as a page of Markdown. */
final class Report {

  /** The heading of the last section. */
  private static final String FILES = "## A file of 256 MiB\n";

  private final Results results;
  private final List<Contestant> contestants;
  private final Page page = new Page();

  Report(Results results, List<Contestant> contestants) {
    this.results = results;
    this.contestants = contestants;
  }

  String page(Options options, String date, List<String> machine, List<String> absent) {
    page.paragraph(
        """
        # Performance

        Written by `mvn -Pbenchmarks -DskipTests package%s` on %s. Do not edit.
        """
            .formatted(options.notByDefault(), date));
    List<String> facts = new ArrayList<>(machine);
    absent.forEach(reason -> facts.add("Left out: " + reason));
    page.list(facts);
    aims();
    method(options);
    for (Workload workload : Workload.ALL) {
      if (results.has(workload)) {
        if (workload.kind() == Kind.PACED) {
          latencies(workload);
        } else {
          costs(workload);
        }
      }
    }
    listener();
    idle();
    start();
    return page.finished();
  }

  /** The section of a page that {@code -Dbenchmark=sendfile} writes. */
  static String files(String page) {
    int from = page.indexOf(FILES);
    return from < 0 ? "" : "\n" + page.substring(from);
  }

  private void aims() {
    page.heading("Figures aimed at");
    page.header("figure", "at most", "measured", "");
    for (Aim aim : Aim.all()) {
      page.row(
          aim.what(),
          Figure.number(aim.most(), aim.digits()),
          text(aim.measured().apply(results), aim.digits()),
          aim.verdict(results));
    }
    page.endOfTable();
  }

  private void method(Options options) {
    page.heading("How it is measured");
    page.paragraph(
        """
        All servers are alive at once, each in a process of its own on processor %s, with its defaults.
        Three of them are Thousand Island. The first two have no telemetry listener. The handler of the
        first promises not to block; the handler of the second does not ("may block"). The third is the
        ready-made server as it comes. The load is one thread of another process on processor %s, and
        checks every byte.

        Each workload is warmed up for %s s on every server. Then rounds go back and forth among the
        servers in slices of %s s, until %d rounds count, or twice as many are over. Slices during which
        other processes took more than %.0f %% of a processor do not count. A figure is the median of the
        slices, with the minimum and the maximum in brackets. A ratio (×) is the median of the ratios of
        two slices of the same round, because the machine's speed drifts. Rounds in which one of the two
        slices was disturbed do not count. Compare the processor time first: rates and latencies also
        depend on the speed of the load.

        ![Processor time per unit of work, as a ratio](performance.svg)
        """
            .formatted(
                options.serverProcessor(),
                options.loadProcessor(),
                seconds(options.warm()),
                seconds(options.slice()),
                options.rounds(),
                Slice.TOO_MUCH * 100));
  }

  private void costs(Workload workload) {
    String unit = workload.unit();
    page.heading(capital(workload.title()));
    String rate = workload.kind() == Kind.BULK ? "MiB/s" : plural(unit) + "/s";
    page.header(
        "server",
        "processor µs per " + unit,
        "× C epoll",
        "× Netty epoll",
        rate,
        "bytes allocated per " + unit,
        "slices (dropped)");
    ToDoubleFunction<Slice> speed =
        workload.kind() == Kind.BULK
            ? slice -> slice.count().mebibytesPerSecond()
            : slice -> slice.count().perSecond();
    for (Contestant server : contestants) {
      List<Slice> slices = results.slices(workload, server.name());
      page.row(
          server.title(),
          text(results.cost(workload, server.name()), 2),
          ratio(workload, server, Contestant.YARDSTICK),
          ratio(workload, server, Contestant.NETTY),
          Figure.of(slices, speed).text(0),
          text(results.value(Measuring.allocationOf(workload), server.name()), 0),
          counts(workload, server));
    }
    page.endOfTable();
  }

  private void latencies(Workload workload) {
    String rate = Figure.number(workload.number(), 0);
    page.heading("Latency at %s echoes/s, %s".formatted(rate, workload.title()));
    page.paragraph(
        "Latencies in µs, counted from the moment a request was due (no coordinated omission).");
    page.header(
        "server",
        "p50",
        "p99",
        "p99.9",
        "processor µs per echo",
        "× Netty epoll",
        "echoes/s",
        "slices (dropped)");
    for (Contestant server : contestants) {
      List<Slice> slices = results.slices(workload, server.name());
      page.row(
          server.title(),
          micros(slices, Count::p50),
          micros(slices, Count::p99),
          micros(slices, Count::p999),
          text(results.cost(workload, server.name()), 2),
          ratio(workload, server, Contestant.NETTY),
          Figure.number(Figure.of(slices, slice -> slice.count().perSecond()).median(), 0),
          counts(workload, server));
    }
    page.endOfTable();
  }

  private void listener() {
    List<Workload> measured =
        Workload.pingPongs().stream().filter(any -> listenerCost(any) != null).toList();
    if (measured.isEmpty()) {
      return;
    }
    page.heading("The cost of an attached logging listener");
    page.paragraph(
        """
        The listener's levels for connections and traffic are off. The figure is the processor time per
        echo with the listener, as a multiple of the time without any listener.
        """);
    page.header("workload", "× without");
    for (Workload workload : measured) {
      page.row(workload.title(), text(listenerCost(workload), 2));
    }
    page.endOfTable();
  }

  private @Nullable Figure listenerCost(Workload workload) {
    return results.ratio(workload, Contestant.AS_IT_COMES, Contestant.OURS);
  }

  private void idle() {
    if (!results.has(Measuring.IDLE_LOAD)) {
      return;
    }
    String connections = Figure.number(Workload.IDLE_CONNECTIONS, 0);
    page.heading("%s idle connections".formatted(connections));
    page.paragraph(
        "Each connection has echoed once. The heap is the memory in use after full collections.");
    page.header("server", "live heap per connection, bytes", "processor while idle, ‰");
    for (Contestant server : contestants) {
      page.row(
          server.title(),
          text(results.value(Measuring.IDLE_HEAP, server.name()), 0),
          text(results.value(Measuring.IDLE_LOAD, server.name()), 1));
    }
    page.endOfTable();
  }

  private void start() {
    if (!results.has(Workload.START)) {
      return;
    }
    page.heading("Start");
    page.paragraph(
        """
        Time from the start of the process until it listens, on both processors. Thousand Island is the
        ready-made server as it comes.
        """);
    page.header("server", "ms");
    for (Contestant server : contestants) {
      @Nullable Figure millis = results.value(Workload.START, server.name());
      if (millis != null) {
        page.row(server.title(), millis.text(0));
      }
    }
  }

  private String ratio(Workload workload, Contestant server, String base) {
    return server.name().equals(base) ? "1" : text(results.ratio(workload, server.name(), base), 2);
  }

  private String counts(Workload workload, Contestant server) {
    int undisturbed = results.undisturbed(workload, server.name());
    return "%d (%d)%s"
        .formatted(
            undisturbed,
            results.disturbed(workload, server.name()),
            undisturbed == 0 ? ", all disturbed" : "");
  }

  private static String micros(List<Slice> slices, ToDoubleFunction<Count> nanos) {
    return Figure.of(slices, slice -> nanos.applyAsDouble(slice.count()) / 1e3).text(0);
  }

  private static String text(@Nullable Figure figure, int digits) {
    return figure == null ? "–" : figure.text(digits);
  }

  private static String seconds(long nanos) {
    return Figure.number(nanos / 1e9, 1);
  }

  private static String plural(String unit) {
    return unit.equals("echo") ? "echoes" : unit + "s";
  }

  private static String capital(String title) {
    return Character.toUpperCase(title.charAt(0)) + title.substring(1);
  }
}
