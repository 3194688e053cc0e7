// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.benchmarks;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The options of a run: the servers and workloads that it measures, and its times. */
public record Options(
    Path root,
    List<String> servers,
    List<String> others,
    List<String> workloads,
    int rounds,
    long slice,
    long warm,
    String serverProcessor,
    String loadProcessor,
    String peers,
    String benchmark) {

  static final int ENOUGH_ROUNDS = 5;
  private static final String ALL = "all";
  private static final String NONE = "none";
  private static final String WARM = "8";

  /** Reads {@code key=value} words. */
  static Options of(String[] args) {
    Map<String, String> given = new HashMap<>();
    for (String arg : args) {
      String[] pair = arg.split("=", 2);
      given.put(pair[0], pair[1]);
    }
    String[] processors = given.getOrDefault("processors", "0,1").split(",", -1);
    return new Options(
        Path.of(given.getOrDefault("root", ".")).toAbsolutePath().normalize(),
        list(given.getOrDefault("servers", ALL), ALL),
        list(given.getOrDefault("others", NONE), NONE),
        list(given.getOrDefault("workloads", ALL), ALL),
        Integer.parseInt(given.getOrDefault("rounds", "5")),
        nanos(given.getOrDefault("slice", "1.2")),
        nanos(given.getOrDefault("warm", WARM)),
        processors[0],
        processors[1],
        given.getOrDefault("peers", ""),
        given.getOrDefault("benchmark", "comparison"));
  }

  /** The words of a list; none for the word that is the default. */
  private static List<String> list(String words, String byDefault) {
    return words.equals(byDefault) ? List.of() : Arrays.asList(words.split(",", -1));
  }

  private static long nanos(String seconds) {
    return (long) (Double.parseDouble(seconds) * 1e9);
  }

  boolean wantsServer(String name) {
    return servers.isEmpty() || servers.contains(name);
  }

  public boolean wantsWorkload(String name) {
    return workloads.isEmpty() || workloads.contains(name);
  }

  /** The options to add to a command that is to reproduce this run, which is complete. */
  public String notByDefault() {
    return warm == nanos(WARM) ? "" : " -Dwarm=" + Figure.number(warm / 1e9, 0);
  }

  /** True for a complete run: only such a run replaces the published figures. */
  boolean complete() {
    return servers.isEmpty() && others.isEmpty() && workloads.isEmpty() && rounds >= ENOUGH_ROUNDS;
  }

  public Path module() {
    return root.resolve("measure/benchmarks");
  }

  public Path target() {
    return module().resolve("target");
  }

  public Path results() {
    return complete() ? root.resolve("docs") : target();
  }
}
