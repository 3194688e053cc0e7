// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.benchmarks.tls;

import io.thousandisland.benchmarks.Figure;
import io.thousandisland.benchmarks.scaling.Table;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** The latencies of a storm's clients in one kind of weather, round by round. */
final class Weather {

  private final String name;
  private final List<List<Long>> latencies = new ArrayList<>();
  private int givenUp;

  Weather(String name) {
    this.name = name;
  }

  /** Adds a round; one before round 0 is the warm-up, and does not count. */
  void add(int round, Storm storm, Storm.Work work) throws IOException, InterruptedException {
    Storm.Latencies measured = storm.during(work);
    if (round >= 0) {
      latencies.add(measured.nanos());
      givenUp += measured.givenUp();
    }
  }

  void row(Table table, String title) {
    table.row(title, name, part(50), part(99), part(100), Integer.toString(givenUp));
  }

  private String part(int percent) {
    return Figure.of(latencies, all -> all.get((all.size() - 1) * percent / 100) / 1e6).text(2);
  }
}
