// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.benchmarks;

import io.thousandisland.benchmarks.Workload.Kind;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The ratios of processor time as horizontal bars, drawn by hand in SVG. */
final class Chart {

  private static final int LEFT = 290;
  private static final int UNIT = 150; // as wide as a ratio of 1
  private static final double LONGEST = 4;
  private static final int BAR = 16;
  private static final Map<String, String> COLOURS =
      Map.of(
          Contestant.OURS,
          "#d9480f",
          Contestant.OWN_THREADS,
          "#f76707",
          Contestant.AS_IT_COMES,
          "#fd7e14",
          Contestant.YARDSTICK,
          "#495057",
          "netty-epoll",
          "#1864ab",
          "netty-io_uring",
          "#1c7ed6",
          "netty-nio",
          "#74c0fc",
          "virtual-threads",
          "#2f9e44");

  private final StringBuilder svg = new StringBuilder();
  private int y = 30;

  private Chart() {}

  /** Ratios to the first contestant, which is the yardstick when it takes part. */
  static String of(Results results, List<Contestant> contestants) {
    var chart = new Chart();
    Contestant base = contestants.getFirst();
    chart.text(10, 20, "bold", "Processor time per unit of work, " + base.title() + " = 1");
    for (Workload workload : Workload.ALL) {
      if (results.has(workload) && workload.kind() != Kind.PACED) {
        chart.group(workload.title());
        for (Contestant server : contestants) {
          @Nullable Figure ratio = results.ratio(workload, server.name(), base.name());
          if (ratio != null) {
            chart.bar(server, ratio.median());
          }
        }
      }
    }
    return chart.finished();
  }

  private void group(String title) {
    y += 24;
    text(10, y, "bold", title);
    y += 8;
  }

  private void bar(Contestant server, double ratio) {
    double width = Math.min(ratio, LONGEST) * UNIT;
    text(20, y + 12, "normal", server.title().replace("*", ""));
    svg.append(
        String.format(
            Locale.ROOT,
            "<rect x='%d' y='%d' width='%.0f' height='%d' fill='%s'/>%n",
            LEFT,
            y,
            width,
            BAR - 3,
            COLOURS.getOrDefault(server.name(), "#868e96")));
    text(LEFT + (int) width + 6, y + 12, "normal", Figure.number(ratio, 2));
    y += BAR;
  }

  private void text(int x, int at, String weight, String words) {
    svg.append("<text x='%d' y='%d' font-weight='%s'>%s</text>%n".formatted(x, at, weight, words));
  }

  private String finished() {
    int width = LEFT + (int) (LONGEST * UNIT) + 60;
    int height = y + 10;
    return """
        <svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 %1$d %2$d' width='%1$d' height='%2$d' font-family='sans-serif' font-size='12'>
        <rect width='%1$d' height='%2$d' fill='white'/>
        <line x1='%3$d' x2='%3$d' y1='36' y2='%2$d' stroke='#ced4da'/>
        %4$s</svg>
        """
        .formatted(width, height, LEFT + UNIT, svg);
  }
}
