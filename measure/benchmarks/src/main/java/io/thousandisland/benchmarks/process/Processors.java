// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.benchmarks.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;

/** Processor time as the kernel counts it, in nanoseconds. */
public final class Processors {

  /** The nanoseconds of a tick, as {@code getconf CLK_TCK} says on every Linux. */
  private static final long TICK = 10_000_000L;

  private Processors() {}

  /**
   * The exact processor time of each thread of a process. Threads that ended meanwhile are not
   * there.
   */
  public static Map<String, Long> ofThreads(long pid) throws IOException {
    Map<String, Long> used = new HashMap<>();
    try (Stream<Path> threads = Files.list(Path.of("/proc/" + pid + "/task"))) {
      for (Path thread : (Iterable<Path>) threads::iterator) {
        try {
          String line = Files.readString(thread.resolve("schedstat"));
          used.put(thread.getFileName().toString(), Long.parseLong(line.split(" ", 2)[0]));
        } catch (IOException ended) {
          // the thread ended between the listing and the reading
        }
      }
    }
    return used;
  }

  public static long between(Map<String, Long> before, Map<String, Long> after) {
    long sum = 0;
    for (var thread : after.entrySet()) {
      sum += thread.getValue() - before.getOrDefault(thread.getKey(), 0L);
    }
    return sum;
  }

  /** The processor time of a process, in nanoseconds of whole ticks. */
  public static long of(long pid) throws IOException {
    String line = Files.readString(Path.of("/proc/" + pid + "/stat"));
    String[] words = line.substring(line.lastIndexOf(')') + 2).split(" ", -1);
    return (Long.parseLong(words[11]) + Long.parseLong(words[12])) * TICK;
  }

  /**
   * The processor time that everybody has used of some processors, other virtual machines included.
   * Interrupts are not included, because most of them are the packets of the measured load.
   */
  public static long busy(String... numbers) throws IOException {
    long ticks = 0;
    for (String line : Files.readAllLines(Path.of("/proc/stat"))) {
      String[] words = line.split(" +", -1);
      if (Arrays.stream(numbers).anyMatch(number -> words[0].equals("cpu" + number))) {
        ticks += Long.parseLong(words[1]) + Long.parseLong(words[2]) + Long.parseLong(words[3]);
        ticks += Long.parseLong(words[8]);
      }
    }
    return ticks * TICK;
  }
}
