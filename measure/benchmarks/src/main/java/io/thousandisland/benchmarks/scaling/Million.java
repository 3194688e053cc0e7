// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.benchmarks.scaling;

import io.thousandisland.benchmarks.Figure;

/** The needs of a million idle connections, calculated from the largest crowd. */
final class Million {

  private static final double CONNECTIONS = 1e6;
  private static final double GIB = 1 << 30;

  private final Tables tables;

  Million(Tables tables) {
    this.tables = tables;
  }

  String text() {
    int crowd = Crowds.SIZES[Crowds.SIZES.length - 1];
    double heap = tables.idle(Crowds.HEAP, crowd).median();
    double kernel = tables.idle(Crowds.KERNEL, crowd).median();
    int few = Crowds.SIZES[0];
    double base = tables.idle(Crowds.IDLE_LOAD, few).median();
    double load = (tables.idle(Crowds.IDLE_LOAD, crowd).median() - base) / (crowd - few);
    var table = new Table("resource", "for each, as with " + Tables.count(crowd), "× 1,000,000");
    table.row("live heap", bytes(heap), gibibytes(heap));
    table.row("heap to configure (twice the live heap)", "", gibibytes(2 * heap));
    table.row("kernel memory, the server's side", bytes(kernel), gibibytes(kernel));
    table.row("memory, together", "", gibibytes(2 * heap + kernel));
    table.row("descriptors", "1", "1,000,000");
    table.row(
        "processor while idle, beyond the share with " + Tables.count(few),
        Figure.number(load, 6) + " ‰",
        Figure.number(load * CONNECTIONS, 0) + " ‰");
    return table.toString();
  }

  private static String bytes(double each) {
    return Tables.count(each) + " bytes";
  }

  private static String gibibytes(double each) {
    return Figure.number(each * CONNECTIONS / GIB, 1) + " GiB";
  }
}
