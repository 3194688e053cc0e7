package io.thousandisland.benchmarks;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A figure of ours that is aimed at.
 *
 * @param most how large it may be
 * @param digits those behind the point that are shown
 * @param measured what a run says of it; null when it did not measure that
 */
record Aim(String what, double most, int digits, Function<Results, @Nullable Figure> measured) {

  static List<Aim> all() {
    List<Aim> all = new ArrayList<>();
    costs(all, "64x64B", 1.20, 1.05);
    costs(all, "1000x64B", 1.35, 1.00);
    costs(all, "64x16KiB", 1.25, 1.10);
    costs(all, "churn", 1.50, 1.20);
    all.add(
        new Aim(
            "bytes allocated per echo, the most of the ping-pongs",
            32,
            0,
            most((r, w) -> r.value(Measuring.allocationOf(w), Contestant.OURS))));
    all.add(
        new Aim(
            "bytes of heap per idle connection",
            2200,
            0,
            r -> r.value(Measuring.IDLE_HEAP, Contestant.OURS)));
    all.add(
        new Aim(
            "processor time with the logging listener × without, the most of the ping-pongs",
            1.03,
            2,
            most((r, w) -> r.ratio(w, Contestant.AS_IT_COMES, Contestant.OURS))));
    all.add(
        new Aim(
            "ms from the start of the process until it listens",
            1200,
            0,
            r -> r.value(Workload.START, Contestant.AS_IT_COMES)));
    return all;
  }

  private static void costs(List<Aim> all, String name, double yardstick, double netty) {
    Workload workload = Workload.named(name);
    String what = "processor time × %s: " + workload.title();
    all.add(
        new Aim(
            what.formatted("C epoll"),
            yardstick,
            2,
            r -> r.ratio(workload, Contestant.OURS, Contestant.YARDSTICK)));
    all.add(
        new Aim(
            what.formatted("Netty epoll"),
            netty,
            2,
            r -> r.ratio(workload, Contestant.OURS, Contestant.NETTY)));
  }

  private interface OfWorkload {
    @Nullable Figure figure(Results results, Workload workload);
  }

  /** Of the ping-pongs that were measured the one with the largest median. */
  private static Function<Results, @Nullable Figure> most(OfWorkload each) {
    return results ->
        Workload.pingPongs().stream()
            .map(workload -> each.figure(results, workload))
            .filter(Objects::nonNull)
            .max(Comparator.comparingDouble(Figure::median))
            .orElse(null);
  }

  String verdict(Results results) {
    @Nullable Figure figure = measured.apply(results);
    if (figure == null) {
      return "not measured";
    }
    return figure.median() <= most ? "met" : "missed";
  }
}
