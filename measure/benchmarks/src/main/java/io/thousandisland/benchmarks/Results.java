// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.benchmarks;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** All that was measured, by workload and server, in the order in which it came. */
public final class Results {

  private final Map<String, Map<String, List<Slice>>> slices = new LinkedHashMap<>();
  private final Map<String, Map<String, List<Double>>> values = new LinkedHashMap<>();

  /** Keeps a slice. A disturbed slice is kept too, because disturbed slices are counted. */
  public void add(Workload workload, String server, Slice slice) {
    list(slices, workload.name(), server).add(slice);
  }

  /** Keeps any other value, under the name of its kind. */
  public void add(String what, String server, double value) {
    list(values, what, server).add(value);
  }

  private static <T> List<T> list(
      Map<String, Map<String, List<T>>> all, String what, String server) {
    return all.computeIfAbsent(what, any -> new LinkedHashMap<>())
        .computeIfAbsent(server, any -> new ArrayList<>());
  }

  /** All slices, one for each round. */
  private List<Slice> all(Workload workload, String server) {
    return slices.getOrDefault(workload.name(), Map.of()).getOrDefault(server, List.of());
  }

  /** The slices that count. All of them when there is no undisturbed one. */
  public List<Slice> slices(Workload workload, String server) {
    List<Slice> all = all(workload, server);
    List<Slice> good = all.stream().filter(slice -> !slice.disturbed()).toList();
    return good.isEmpty() ? all : good;
  }

  public int undisturbed(Workload workload, String server) {
    return (int) all(workload, server).stream().filter(slice -> !slice.disturbed()).count();
  }

  public int disturbed(Workload workload, String server) {
    return all(workload, server).size() - undisturbed(workload, server);
  }

  boolean has(Workload workload) {
    return slices.containsKey(workload.name());
  }

  boolean has(String what) {
    return values.containsKey(what);
  }

  /** Processor time per unit of work; null when that was not measured. */
  public @Nullable Figure cost(Workload workload, String server) {
    List<Slice> measured = slices(workload, server);
    return measured.isEmpty() ? null : Figure.of(measured, Slice::cost);
  }

  /**
   * Processor time per unit of work as a multiple of another server's time. Each ratio is of two
   * slices of the same round. Null when there is no round in which neither was disturbed.
   */
  public @Nullable Figure ratio(Workload workload, String server, String base) {
    return ratio(workload, server, base, Slice::cost);
  }

  /** The same ratio of another value of the slices. */
  @Nullable Figure ratio(
      Workload workload, String server, String base, ToDoubleFunction<Slice> what) {
    List<Double> ratios = ratios(workload, server, base, what);
    return ratios.isEmpty() ? null : Figure.of(ratios, Double::doubleValue);
  }

  /** The ratios of processor time, of the rounds that count. */
  List<Double> ratios(Workload workload, String server, String base) {
    return ratios(workload, server, base, Slice::cost);
  }

  private List<Double> ratios(
      Workload workload, String server, String base, ToDoubleFunction<Slice> what) {
    List<Slice> its = all(workload, server);
    List<Slice> others = all(workload, base);
    return IntStream.range(0, Math.min(its.size(), others.size()))
        .filter(round -> !its.get(round).disturbed() && !others.get(round).disturbed())
        .mapToObj(
            round -> what.applyAsDouble(its.get(round)) / what.applyAsDouble(others.get(round)))
        .toList();
  }

  public @Nullable Figure value(String what, String server) {
    List<Double> measured = values.getOrDefault(what, Map.of()).get(server);
    return measured == null ? null : Figure.of(measured, Double::doubleValue);
  }
}
