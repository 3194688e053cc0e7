// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.benchmarks;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/** The summary of repeated measurements: the median, the least and the most. */
public record Figure(double median, double least, double most) {

  public static Figure of(double... values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    int middle = sorted.length / 2;
    double median =
        sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    return new Figure(median, sorted[0], sorted[sorted.length - 1]);
  }

  public static <T> Figure of(List<T> all, ToDoubleFunction<T> value) {
    return of(all.stream().mapToDouble(value).toArray());
  }

  /** The text of the figure, with {@code digits} decimals and with thousands apart. */
  public String text(int digits) {
    return number(median, digits) + " (" + number(least, digits) + "–" + number(most, digits) + ")";
  }

  public static String number(double value, int digits) {
    return String.format(Locale.ROOT, "%,." + digits + "f", value);
  }
}
