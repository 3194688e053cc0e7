// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.osgi.log;

import java.time.Duration;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.event.Level;

/**
 * Writes lines, but only one line with the same exception in ten minutes. A user of a component
 * that cannot be activated tries again and again, and each time the exception is logged. The
 * repeated lines are written at DEBUG; the next line tells their number.
 *
 * <p>Thread: any.
 */
final class Repeats implements Consumer<Line> {
  static final Duration PERIOD = Duration.ofMinutes(10);

  /** The number of different kinds of line that are remembered. */
  static final int MOST = 100;

  /** The repeats since a line was written. */
  private static final class Tally {
    final long begin;
    int more;

    Tally(long begin) {
      this.begin = begin;
    }
  }

  private final InstantSource clock;
  private final Consumer<Line> writer;

  /** The oldest first. Guarded by this. */
  private final Map<String, Tally> tallies = new LinkedHashMap<>();

  Repeats(InstantSource clock, Consumer<Line> writer) {
    this.clock = clock;
    this.writer = writer;
  }

  @Override
  public void accept(Line line) {
    boolean trouble = line.level().compareTo(Level.WARN) <= 0;
    writer.accept(trouble && line.thrown() != null ? judge(line, line.thrown()) : line);
  }

  private synchronized Line judge(Line line, Throwable thrown) {
    String kind = kind(line, thrown);
    Tally tally = tallies.get(kind);
    if (tally != null && clock.millis() - tally.begin < PERIOD.toMillis()) {
      tally.more++;
      return line.at(Level.DEBUG);
    }
    tallies.remove(kind); // to come last again
    tallies.put(kind, new Tally(clock.millis()));
    if (tallies.size() > MOST) {
      tallies.remove(tallies.keySet().iterator().next());
    }
    return tally == null || tally.more == 0
        ? line
        : line.saying(line.message() + " (and " + tally.more + " more times before)");
  }

  /** Not with the whole trace, because a repeated try comes along another path. */
  private static String kind(Line line, Throwable thrown) {
    var kind = new StringBuilder();
    kind.append(line.logger()).append('\n').append(line.message()).append('\n');
    kind.append(line.bundle());
    @Nullable Throwable cause = thrown;
    for (int depth = 0; cause != null && depth < 10; depth++) {
      kind.append('\n').append(cause);
      cause = cause.getCause();
    }
    return kind.toString();
  }
}
