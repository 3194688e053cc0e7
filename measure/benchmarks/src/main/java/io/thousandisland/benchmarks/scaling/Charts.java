// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.benchmarks.scaling;

import io.thousandisland.benchmarks.Figure;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.function.IntFunction;

/** The curves of the page, of medians. */
final class Charts {

  private static final String ONE = "#d9480f";
  private static final String OTHER = "#1864ab";

  private final Tables tables;

  Charts(Tables tables) {
    this.tables = tables;
  }

  String echo() {
    return new LineChart("Processor time per echo, µs", "connections")
        .line("all ask", ONE, points(Crowds.SIZES, tables::busyCost))
        .line("10,000 echoes/s", OTHER, points(Crowds.SIZES, tables::pacedCost))
        .svg();
  }

  String memory() {
    int[] enough = Tables.enoughToWeigh();
    return new LineChart("Bytes for each idle connection", "connections")
        .line("live heap", ONE, points(enough, size -> tables.idle(Crowds.HEAP, size)))
        .line("kernel", OTHER, points(enough, size -> tables.idle(Crowds.KERNEL, size)))
        .svg();
  }

  String churn() {
    return new LineChart("Processor time for each connection that comes and goes, µs", "how many")
        .line("acceptors", ONE, points(Variants.ACCEPTORS, tables::acceptorsCost))
        .line("listening sockets", OTHER, points(Variants.SOCKETS, tables::socketsCost))
        .svg();
  }

  private static NavigableMap<Integer, Double> points(int[] places, IntFunction<Figure> value) {
    NavigableMap<Integer, Double> points = new TreeMap<>();
    for (int place : places) {
      points.put(place, value.apply(place).median());
    }
    return points;
  }
}
