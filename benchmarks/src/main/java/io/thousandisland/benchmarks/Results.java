package io.thousandisland.benchmarks;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** All that was measured, by workload and server, in the order in which it came. */
public final class Results {

  private final Map<String, Map<String, List<Slice>>> slices = new LinkedHashMap<>();
  private final Map<String, Map<String, List<Double>>> values = new LinkedHashMap<>();

  /** Keeps a slice, a disturbed one too: those are counted. */
  public void add(Workload workload, Contestant server, Slice slice) {
    list(slices, workload.name(), server).add(slice);
  }

  /** Keeps any other value, under the name of what it is. */
  public void add(String what, Contestant server, double value) {
    list(values, what, server).add(value);
  }

  private static <T> List<T> list(
      Map<String, Map<String, List<T>>> all, String what, Contestant server) {
    return all.computeIfAbsent(what, any -> new LinkedHashMap<>())
        .computeIfAbsent(server.name(), any -> new ArrayList<>());
  }

  private List<Slice> all(Workload workload, Contestant server) {
    return slices.getOrDefault(workload.name(), Map.of()).getOrDefault(server.name(), List.of());
  }

  /** The slices that count. All of them when there is no undisturbed one. */
  public List<Slice> slices(Workload workload, Contestant server) {
    List<Slice> all = all(workload, server);
    List<Slice> good = all.stream().filter(slice -> !slice.disturbed()).toList();
    return good.isEmpty() ? all : good;
  }

  public int undisturbed(Workload workload, Contestant server) {
    return (int) all(workload, server).stream().filter(slice -> !slice.disturbed()).count();
  }

  public int disturbed(Workload workload, Contestant server) {
    return all(workload, server).size() - undisturbed(workload, server);
  }

  boolean has(Workload workload) {
    return slices.containsKey(workload.name());
  }

  boolean has(String what) {
    return values.containsKey(what);
  }

  /** Processor time per unit of work; null when that was not measured. */
  public @Nullable Figure cost(Workload workload, Contestant server) {
    List<Slice> measured = slices(workload, server);
    return measured.isEmpty() ? null : Figure.of(measured, Slice::cost);
  }

  public @Nullable Figure value(String what, Contestant server) {
    List<Double> measured = values.getOrDefault(what, Map.of()).get(server.name());
    return measured == null ? null : Figure.of(measured, Double::doubleValue);
  }
}
