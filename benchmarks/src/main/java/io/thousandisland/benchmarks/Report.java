package io.thousandisland.benchmarks;

import io.thousandisland.benchmarks.Workload.Kind;
import io.thousandisland.benchmarks.load.Count;
import java.util.List;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/** The results as a page of Markdown. */
final class Report {

  private final Results results;
  private final List<Contestant> contestants;
  private final StringBuilder page = new StringBuilder();

  Report(Results results, List<Contestant> contestants) {
    this.results = results;
    this.contestants = contestants;
  }

  String page(Options options, String date, List<String> machine, List<String> absent) {
    page.append(
        """
        # Performance

        Written by `mvn -Pbenchmarks -DskipTests package` on %s. Do not edit.

        """
            .formatted(date));
    machine.forEach(fact -> page.append("- ").append(fact).append('\n'));
    absent.forEach(reason -> page.append("- Left out: ").append(reason).append('\n'));
    page.append(
        """

        All servers are alive at once, each a process of its own on processor %s, with its defaults. The load, one thread of
        another process on processor %s, checks every byte. Each workload is warmed for %s s on every server; then it goes round
        among the servers in slices of %s s, until each has %d that count. Slices during which other processes took more than
        %.0f %% of a processor do not count. A figure is the median of the slices, with the least and the most in brackets.
        Compare the processor time first: rates and latencies also depend on how fast the load is.

        ![Processor time per unit of work, as a ratio](performance.svg)

        """
            .formatted(
                options.serverProcessor(),
                options.loadProcessor(),
                seconds(options.warm()),
                seconds(options.slice()),
                options.rounds(),
                Slice.TOO_MUCH * 100));
    for (Workload workload : Workload.ALL) {
      if (results.has(workload)) {
        if (workload.kind() == Kind.PACED) {
          latencies(workload);
        } else {
          costs(workload);
        }
      }
    }
    idle();
    start();
    return page.toString().stripTrailing() + "\n";
  }

  private void costs(Workload workload) {
    String unit = workload.unit();
    page.append("## %s%n%n".formatted(capital(workload.title())));
    String rate = workload.kind() == Kind.BULK ? "MiB/s" : plural(unit) + "/s";
    header(
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
      List<Slice> slices = results.slices(workload, server);
      row(
          server.title(),
          text(results.cost(workload, server), 2),
          ratio(workload, server, Contestant.YARDSTICK),
          ratio(workload, server, Contestant.NETTY),
          Figure.of(slices, speed).text(0),
          text(results.value(Measuring.allocationOf(workload), server), 0),
          counts(workload, server));
    }
    page.append('\n');
  }

  private void latencies(Workload workload) {
    String rate = Figure.number(workload.number(), 0);
    page.append("## Latency at %s echoes/s, %s%n%n".formatted(rate, workload.title()));
    page.append("In µs, from the moment a request was due (no coordinated omission).\n\n");
    header(
        "server", "p50", "p99", "p99.9", "processor µs per echo", "echoes/s", "slices (dropped)");
    for (Contestant server : contestants) {
      List<Slice> slices = results.slices(workload, server);
      row(
          server.title(),
          micros(slices, Count::p50),
          micros(slices, Count::p99),
          micros(slices, Count::p999),
          text(results.cost(workload, server), 2),
          Figure.number(Figure.of(slices, slice -> slice.count().perSecond()).median(), 0),
          counts(workload, server));
    }
    page.append('\n');
  }

  private void idle() {
    if (!results.has(Measuring.IDLE_LOAD)) {
      return;
    }
    String connections = Figure.number(Workload.IDLE_CONNECTIONS, 0);
    page.append("## %s idle connections%n%n".formatted(connections));
    page.append("Each has echoed once. Heap is what full collections leave.\n\n");
    header("server", "live heap per connection, bytes", "processor while idle, ‰");
    for (Contestant server : contestants) {
      row(
          server.title(),
          text(results.value(Measuring.IDLE_HEAP, server), 0),
          text(results.value(Measuring.IDLE_LOAD, server), 1));
    }
    page.append('\n');
  }

  private void start() {
    if (!results.has(Workload.START)) {
      return;
    }
    page.append(
        "## Start\n\nFrom the start of the process until it listens, on both processors.\n\n");
    header("server", "ms");
    for (Contestant server : contestants) {
      row(server.title(), text(results.value(Workload.START, server), 0));
    }
  }

  private String ratio(Workload workload, Contestant server, String to) {
    return contestants.stream()
        .filter(contestant -> contestant.name().equals(to))
        .findFirst()
        .map(base -> Figure.number(ratio(results, workload, server, base), 2))
        .orElse("–");
  }

  static double ratio(Results results, Workload workload, Contestant server, Contestant base) {
    return Figure.of(results.slices(workload, server), Slice::cost).median()
        / Figure.of(results.slices(workload, base), Slice::cost).median();
  }

  private String counts(Workload workload, Contestant server) {
    int undisturbed = results.undisturbed(workload, server);
    return "%d (%d)%s"
        .formatted(
            undisturbed,
            results.disturbed(workload, server),
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

  private void header(String... cells) {
    row(cells);
    page.append("|---|").append("--:|".repeat(cells.length - 1)).append('\n');
  }

  private void row(String... cells) {
    page.append("| ").append(String.join(" | ", cells)).append(" |\n");
  }
}
