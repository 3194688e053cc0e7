// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.acceptance;

import io.thousandisland.acceptance.peers.Act;
import io.thousandisland.acceptance.peers.Outcome;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The counts of one phase of a stampede.
 *
 * @param counts outcomes of acts, in the order of both enums
 */
record StampedeFigures(long replies, long[] counts) {

  /** Reads the line that {@code Outcomes} has written. */
  static StampedeFigures of(String line) {
    long[] all = Arrays.stream(line.split(" ")).mapToLong(Long::parseLong).toArray();
    return new StampedeFigures(all[0], Arrays.copyOfRange(all, 1, all.length));
  }

  long count(Act act, Outcome outcome) {
    return counts[act.ordinal() * Outcome.values().length + outcome.ordinal()];
  }

  long count(Outcome outcome) {
    return Arrays.stream(Act.values()).mapToLong(act -> count(act, outcome)).sum();
  }

  /** A table: a line for each act, a column for each outcome. */
  @Override
  public String toString() {
    String head =
        "%-14s%s"
            .formatted(
                "",
                Arrays.stream(Outcome.values())
                    .map(outcome -> "%11s".formatted(words(outcome)))
                    .collect(Collectors.joining()));
    Stream<String> rows =
        Arrays.stream(Act.values())
            .map(
                act ->
                    "%-14s%s"
                        .formatted(
                            words(act),
                            Arrays.stream(Outcome.values())
                                .map(outcome -> "%,11d".formatted(count(act, outcome)))
                                .collect(Collectors.joining())));
    return Stream.concat(Stream.of("%,d replies".formatted(replies), head), rows)
        .collect(Collectors.joining("\n  ", "  ", ""));
  }

  private static String words(Enum<?> name) {
    return name.name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }
}
