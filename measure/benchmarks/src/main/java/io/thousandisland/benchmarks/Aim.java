// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.benchmarks;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A target for one of our figures.
 *
 * @param most the largest value that meets the target
 * @param digits the number of decimals that are shown
 * @param measured the figure of a run; null when the run did not measure it
 */
record Aim(String what, double most, int digits, Function<Results, @Nullable Figure> measured) {

  static List<Aim> all() {
    List<Aim> all = new ArrayList<>();
    for (String paced : List.of("paced10k", "paced30k")) {
      cost(all, paced, 1.15, Contestant.OURS, Contestant.NETTY);
      Workload workload = Workload.named(paced);
      all.add(
          new Aim(
              "p50 latency × Netty epoll: " + title(workload),
              1.08,
              2,
              r -> r.ratio(workload, Contestant.OURS, Contestant.NETTY, s -> s.count().p50())));
    }
    cost(all, "64x64B", 0.97, Contestant.OURS, Contestant.NETTY);
    cost(all, "1000x64B", 0.97, Contestant.OURS, Contestant.NETTY);
    cost(all, "stream", 0.83, Contestant.OURS, Contestant.NETTY);
    cost(all, "churn", 1.12, Contestant.OURS, Contestant.NETTY);
    cost(all, "paced10k", 0.85, Contestant.OWN_THREADS, Contestant.BLOCKING);
    all.add(
        new Aim(
            "bytes allocated per echo, maximum of the ping-pongs",
            18,
            0,
            most((r, w) -> r.value(Measuring.allocationOf(w), Contestant.OURS))));
    all.add(
        new Aim(
            "bytes of heap per idle connection",
            1300,
            0,
            r -> r.value(Measuring.IDLE_HEAP, Contestant.OURS)));
    all.add(
        new Aim(
            "processor time with the logging listener × without, maximum of the ping-pongs",
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

  private static void cost(List<Aim> all, String name, double most, String ours, String base) {
    Workload workload = Workload.named(name);
    String whose = ours.equals(Contestant.OURS) ? "" : "may block, ";
    String other = base.equals(Contestant.NETTY) ? "Netty epoll" : "blocking sockets";
    all.add(
        new Aim(
            whose + "processor time × " + other + ": " + title(workload),
            most,
            2,
            r -> r.ratio(workload, ours, base)));
  }

  private static String title(Workload workload) {
    return workload.kind() == Workload.Kind.PACED
        ? "%s echoes/s".formatted(Figure.number(workload.number(), 0))
        : workload.title();
  }

  private interface OfWorkload {
    @Nullable Figure figure(Results results, Workload workload);
  }

  /** The figure of the measured ping-pong that has the largest median. */
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
