// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.benchmarks.micro;

import io.thousandisland.benchmarks.Figure;
import io.thousandisland.benchmarks.Machine;
import io.thousandisland.benchmarks.Options;
import io.thousandisland.benchmarks.Page;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.util.Version;

/** The run of all micro-benchmarks on both processors, and its page. */
public final class MicroBenchmarks {

  private static final String BENCHMARKS = "io\\.thousandisland\\.runtime\\..*";
  private static final String ALLOCATED = "gc.alloc.rate.norm";
  private static final int FORKS = 2;
  private static final int WARM_SECONDS = 2;
  private static final int SECONDS = 5;

  private final Options options;

  public MicroBenchmarks(Options options) {
    this.options = options;
  }

  public void run() throws IOException, InterruptedException, RunnerException {
    var jmh =
        new OptionsBuilder()
            .include(BENCHMARKS)
            .mode(Mode.AverageTime)
            .timeUnit(TimeUnit.NANOSECONDS)
            .forks(FORKS)
            .warmupIterations(WARM_SECONDS)
            .warmupTime(TimeValue.seconds(1))
            .measurementIterations(SECONDS)
            .measurementTime(TimeValue.seconds(1))
            .addProfiler(GCProfiler.class)
            .shouldFailOnError(true)
            .build();
    Path file = options.root().resolve("docs/micro-benchmarks.md");
    Files.writeString(file, page(new Runner(jmh).run()));
    System.out.println("written to " + file);
  }

  private String page(Collection<RunResult> results) throws IOException, InterruptedException {
    var page = new Page();
    page.paragraph(
        """
        # Micro-benchmarks

        Written by `mvn -Pbenchmarks -DskipTests package -Dbenchmark=micro` on %s. Do not edit.
        """
            .formatted(LocalDate.now(ZoneOffset.UTC)));
    List<String> facts = new ArrayList<>(Machine.factsOfOurs(options));
    facts.add("JMH: " + Version.getPlainVersion());
    page.list(facts);
    page.paragraph(
        """
        The cost of the classes that every read of every connection goes through. The figures say whether
        a change made one of the classes slower, not how fast a server is. Platform threads; %d processes
        for each benchmark, each warmed up for %d s and measured for %d s. The error is half of the
        99.9 %% confidence interval; B/op are bytes allocated. The cost of data that two threads share
        depends on how the threads happen to meet: there the error is large.
        """
            .formatted(FORKS, WARM_SECONDS, SECONDS));
    page.header("benchmark", "threads", "ns/op", "error", "B/op");
    for (RunResult result : results) {
      rows(page, result);
    }
    page.endOfTable();
    return page.finished();
  }

  /** Writes one row, or one for each method of a group, whose threads do different things. */
  @SuppressWarnings("rawtypes") // JMH returns raw types
  private static void rows(Page page, RunResult result) {
    List<Result<?>> methods = new ArrayList<>();
    for (var other : result.getSecondaryResults().values()) {
      if (other.getScoreUnit().equals("ns/op")) {
        methods.add(other);
      }
    }
    String name = shortened(result.getParams().getBenchmark());
    if (methods.isEmpty()) {
      methods.add(result.getPrimaryResult());
    } else {
      name += ", ";
    }
    @Nullable Result<?> allocated = result.getSecondaryResults().get(ALLOCATED);
    for (Result<?> method : methods) {
      page.row(
          methods.size() == 1 ? name : name + method.getLabel(),
          Integer.toString(result.getParams().getThreads()),
          Figure.number(method.getScore(), 1),
          Figure.number(method.getScoreError(), 1),
          allocated == null ? "–" : Figure.number(allocated.getScore(), 0));
    }
  }

  private static String shortened(String benchmark) {
    return benchmark.substring(benchmark.lastIndexOf('.', benchmark.lastIndexOf('.') - 1) + 1);
  }
}
